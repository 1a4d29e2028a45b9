# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The conversions between poses, rotation matrices and rotation vectors (axis times angle) that every step needs.

Isaac Lab's way is over quaternions, whose `quat_from_matrix` picks rows by masks: slower than the arithmetic itself,
a wait for the device on a GPU, and not a number for a matrix that is 2e-5 from being a rotation, as products of
rotations read from files may be. From quaternions to matrices it takes some forty small operations. The numbers are
otherwise the same.
"""

from functools import cache

import torch


def vector_from_matrix(matrix: torch.Tensor) -> torch.Tensor:
    """Return the rotation vectors, of angles up to pi [rad], of rotation matrices: (..., 3, 3) -> (..., 3)."""
    m00, m01, m02, m10, m11, m12, m20, m21, m22 = matrix.flatten(-2).unbind(-1)
    xy, xz, yz = m01 + m10, m02 + m20, m12 + m21
    xw, yw, zw = m21 - m12, m02 - m20, m10 - m01
    more, less, plus, minus = 1.0 + m00, 1.0 - m00, m11 + m22, m11 - m22
    # 4 q q^T for the quaternion q = (x, y, z, w). Each row is a multiple of q; the one with the largest element on the
    # diagonal is the most exact.
    products = torch.stack(
        [more - plus, xy, xz, xw, xy, less + minus, yz, yw, xz, yz, less - minus, zw, xw, yw, zw, more + plus], dim=-1
    )
    row = products[..., ::5].argmax(dim=-1)[..., None, None]
    quat = products.unflatten(-1, (4, 4)).take_along_dim(row, dim=-2).squeeze(-2)
    xyz, w = quat.split((3, 1), dim=-1)
    length = xyz.norm(dim=-1, keepdim=True)
    angle = 2.0 * torch.atan2(length, w.abs())
    # q and -q are the same rotation; the one with positive w turns by less than pi.
    return xyz * (angle / length.clamp_min(1e-30)) * (1 - 2 * (w < 0))


def matrix_from_axis(axis: torch.Tensor, angle: torch.Tensor) -> torch.Tensor:
    """Return rotation matrices by Rodrigues' formula.

    Args:
        axis: (..., 3) of length 1.
        angle: Broadcastable to (...,) [rad].

    Returns:
        (..., 3, 3).
    """
    x, y, z = axis.unbind(-1)
    zero = torch.zeros_like(x)
    cross = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], dim=-1).unflatten(-1, (3, 3))
    eye = torch.eye(3, dtype=axis.dtype, device=axis.device)
    sine, cosine = angle.sin()[..., None, None], angle.cos()[..., None, None]
    return cosine * eye + sine * cross + (1.0 - cosine) * (axis[..., :, None] * axis[..., None, :])


def pose_from_quat(position: torch.Tensor, quat: torch.Tensor) -> torch.Tensor:
    """Return poses as homogeneous matrices.

    Args:
        position: (..., 3) [m].
        quat: (..., 4), xyzw, of length 1.

    Returns:
        (..., 4, 4).
    """
    # Every element of the result is a constant, a coordinate, or twice the sum or difference of two products of the
    # quaternion's elements: two look-ups. A matrix product would round differently with the number of rows.
    first, second, factors, others, constant = _pose_table(quat.device, quat.dtype)
    products = (quat[..., :, None] * quat[..., None, :]).flatten(-2)
    terms = torch.cat([products, position], dim=-1)
    pose = constant + factors * terms.index_select(-1, first) + others * terms.index_select(-1, second)
    return pose.unflatten(-1, (4, 4))


@cache
def _pose_table(device: torch.device, dtype: torch.dtype) -> tuple[torch.Tensor, ...]:
    """Return for each of a pose's 16 elements which two terms make it, their factors, and what is added."""
    x, y, z, w = range(4)

    def product(a: int, b: int) -> int:
        return 4 * a + b

    rotation = [
        [(product(y, y), product(z, z), -2, -2, 1), (product(x, y), product(z, w), 2, -2, 0)],
        [(product(x, y), product(z, w), 2, 2, 0), (product(x, x), product(z, z), -2, -2, 1)],
        [(product(x, z), product(y, w), 2, -2, 0), (product(y, z), product(x, w), 2, 2, 0)],
    ]
    last = [
        (product(x, z), product(y, w), 2, 2, 0),
        (product(y, z), product(x, w), 2, -2, 0),
        (product(x, x), product(y, y), -2, -2, 1),
    ]
    rows = [[*rotation[i], last[i], (16 + i, 0, 1, 0, 0)] for i in range(3)]
    table = [*(entry for row in rows for entry in row), *[(0, 0, 0, 0, 0)] * 3, (0, 0, 0, 0, 1)]
    first, second, *numbers = zip(*table, strict=True)
    indices = (torch.tensor(column, device=device) for column in (first, second))
    return *indices, *(torch.tensor(column, dtype=dtype, device=device) for column in numbers)
