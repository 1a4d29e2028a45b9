# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The two conversions between rotation matrices and rotation vectors (axis times angle) that every step needs.

Isaac Lab's way is over quaternions, whose `quat_from_matrix` picks rows by masks: slower than the arithmetic itself,
a wait for the device on a GPU, and not a number for a matrix that is 2e-5 from being a rotation, as products of
rotations read from files may be. The numbers are otherwise the same.
"""

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
