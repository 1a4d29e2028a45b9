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
    quat = _multiple_of_quat(matrix)
    x, y, z, w = quat
    length = (x * x + y * y + z * z).sqrt()
    angle = 2.0 * torch.atan2(length, w.abs())
    # q and -q are the same rotation; the one with positive w turns by less than pi.
    vector = quat[:3] * ((angle / length.clamp_min(1e-30)) * (1 - 2 * (w < 0)))
    return vector.t().contiguous().reshape(matrix.shape[:-1])


def quat_from_matrix(matrix: torch.Tensor) -> torch.Tensor:
    """Return the quaternions (xyzw) of rotation matrices: (..., 3, 3) -> (..., 4); their largest number is positive."""
    quat = torch.nn.functional.normalize(_multiple_of_quat(matrix), dim=0)
    return quat.t().contiguous().reshape(*matrix.shape[:-2], 4)


def _multiple_of_quat(matrix: torch.Tensor) -> torch.Tensor:
    """Return a positive multiple of each rotation's quaternion whose largest number is positive: (4, N)."""
    # 4 q q^T for the quaternion q = (x, y, z, w). Each row is a multiple of q; the one with the largest element on the
    # diagonal is the most exact. Numbers of one kind lie together: torch copies rows many times faster than columns.
    products, terms = _products_table(matrix.device, matrix.dtype)
    elements = matrix.reshape(-1, 9).t().contiguous()
    for which, factor in terms:
        products = torch.addcmul(products, elements.index_select(0, which), factor)
    row = products[::5].max(dim=0, keepdim=True).indices.unsqueeze(0)
    return products.unflatten(0, (4, 4)).gather(0, row.expand(1, 4, -1))[0]


@cache
def _products_table(
    device: torch.device, dtype: torch.dtype
) -> tuple[torch.Tensor, tuple[tuple[torch.Tensor, torch.Tensor], ...]]:
    """Return what makes each of the 16 elements of 4 q q^T: a constant, and terms to add.

    Returns:
        (16, 1) constants, and for each of three terms which of the matrix's nine elements (16,), and its factor
        (16, 1).
    """

    def element(i: int, j: int, factor: int = 1) -> tuple[int, int]:
        return 3 * i + j, factor

    def diagonal(x: int, y: int, z: int) -> tuple:
        return 1, element(0, 0, x), element(1, 1, y), element(2, 2, z)

    def symmetric(i: int, j: int) -> tuple:
        return 0, element(i, j), element(j, i), element(0, 0, 0)

    def skew(i: int, j: int) -> tuple:
        return 0, element(i, j), element(j, i, -1), element(0, 0, 0)

    xy, xz, yz = symmetric(0, 1), symmetric(0, 2), symmetric(1, 2)
    xw, yw, zw = skew(2, 1), skew(0, 2), skew(1, 0)
    table = [diagonal(1, -1, -1), xy, xz, xw, xy, diagonal(-1, 1, -1), yz, yw]
    table += [xz, yz, diagonal(-1, -1, 1), zw, xw, yw, zw, diagonal(1, 1, 1)]
    constant, *terms = zip(*table, strict=True)

    def column(numbers: tuple) -> torch.Tensor:
        return torch.tensor(numbers, dtype=dtype, device=device)[:, None]

    return column(constant), tuple(
        (torch.tensor([index for index, _ in term], device=device), column(tuple(factor for _, factor in term)))
        for term in terms
    )


def matrix_from_axis(axis: torch.Tensor, angle: torch.Tensor) -> torch.Tensor:
    """Return rotation matrices by Rodrigues' formula.

    Args:
        axis: (..., 3) of length 1.
        angle: Broadcastable to (...,) [rad].

    Returns:
        (..., 3, 3).
    """
    cross = cross_matrix(axis)
    eye = torch.eye(3, dtype=axis.dtype, device=axis.device)
    sine, cosine = angle.sin()[..., None, None], angle.cos()[..., None, None]
    return cosine * eye + sine * cross + (1.0 - cosine) * (axis[..., :, None] * axis[..., None, :])


def cross_matrix(vector: torch.Tensor) -> torch.Tensor:
    """Return the matrices that take the cross product with vectors: (..., 3) -> (..., 3, 3)."""
    which, sign = _cross_table(vector.device, vector.dtype)
    return (vector.index_select(-1, which) * sign).unflatten(-1, (3, 3))


@cache
def _cross_table(device: torch.device, dtype: torch.dtype) -> tuple[torch.Tensor, torch.Tensor]:
    """Return which element of the vector each of the matrix's nine is, and its factor."""
    which, sign = (0, 2, 1, 2, 0, 0, 1, 0, 0), (0, -1, 1, 1, 0, -1, -1, 1, 0)
    return torch.tensor(which, device=device), torch.tensor(sign, dtype=dtype, device=device)


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
    left, right, first, second, factors, others, constant = _pose_table(quat.device, quat.dtype)
    quat_t, position_t = quat.reshape(-1, 4).t().contiguous(), position.reshape(-1, 3).t()
    products = quat_t.index_select(0, left) * quat_t.index_select(0, right)
    terms = torch.cat([products, position_t])
    pose = torch.addcmul(constant, factors, terms.index_select(0, first))
    pose = torch.addcmul(pose, others, terms.index_select(0, second))
    return pose.t().contiguous().reshape(*quat.shape[:-1], 4, 4)


@cache
def _pose_table(device: torch.device, dtype: torch.dtype) -> tuple[torch.Tensor, ...]:
    """Return which elements of a quaternion are multiplied, and what makes each of a pose's 16 elements of that.

    Returns:
        (10,) left and (10,) right factors of the products; then (16,) each: the first and the second term, which are
        products or (10 to 12) coordinates, and (16, 1) each: their factors, and a constant.
    """
    pairs = [(i, j) for i in range(4) for j in range(i, 4)]
    xx, xy, xz, xw, yy, yz, yw, zz, zw, _ = range(len(pairs))

    def position(axis: int) -> tuple[int, ...]:
        return len(pairs) + axis, 0, 1, 0, 0

    table = [
        *[(yy, zz, -2, -2, 1), (xy, zw, 2, -2, 0), (xz, yw, 2, 2, 0), position(0)],
        *[(xy, zw, 2, 2, 0), (xx, zz, -2, -2, 1), (yz, xw, 2, -2, 0), position(1)],
        *[(xz, yw, 2, -2, 0), (yz, xw, 2, 2, 0), (xx, yy, -2, -2, 1), position(2)],
        *[(0, 0, 0, 0, 0)] * 3,
        (0, 0, 0, 0, 1),
    ]
    first, second, *numbers = zip(*table, strict=True)
    indices = (torch.tensor(column, device=device) for column in (*zip(*pairs, strict=True), first, second))
    return *indices, *(torch.tensor(column, dtype=dtype, device=device)[:, None] for column in numbers)
