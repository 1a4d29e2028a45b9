# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Rotation vectors and matrices: Isaac Lab's numbers, at every angle."""

import math

import isaaclab.utils.math as math_utils
import pytest
import torch

from isaaclab_mimic_core.rotations import matrix_from_axis, pose_from_quat, quat_from_matrix, vector_from_matrix

COUNT = 2000


def axes(count: int = COUNT) -> torch.Tensor:
    torch.manual_seed(0)
    return torch.nn.functional.normalize(torch.randn(count, 3), dim=-1)


def matrices(axis: torch.Tensor, angle: torch.Tensor) -> torch.Tensor:
    return math_utils.matrix_from_quat(math_utils.quat_from_angle_axis(angle, axis))


ANGLES = [1e-7, 1e-4, 0.049, 0.3, math.pi / 2, 2.0, 2.9, 3.1, 3.14]


@pytest.mark.parametrize("angle", ANGLES)
def test_vectors_are_isaac_labs(angle):
    matrix = matrices(axes(), torch.full((COUNT,), angle))
    expected = math_utils.axis_angle_from_quat(math_utils.quat_from_matrix(matrix))
    torch.testing.assert_close(vector_from_matrix(matrix), expected, rtol=0, atol=2e-6)


@pytest.mark.parametrize("angle", ANGLES)
def test_vectors_are_exact(angle):
    # Against float64, so that what is compared is not Isaac Lab's own rounding.
    axis = torch.nn.functional.normalize(axes().double(), dim=-1)
    matrix = matrices(axis, torch.full((COUNT,), angle, dtype=torch.float64))
    torch.testing.assert_close(vector_from_matrix(matrix), angle * axis, rtol=0, atol=1e-9)
    torch.testing.assert_close(vector_from_matrix(matrix.float()), (angle * axis).float(), rtol=0, atol=2e-6)


@pytest.mark.parametrize("angle", ANGLES)
def test_quaternions_are_isaac_labs(angle):
    matrix = matrices(axes(), torch.full((COUNT,), angle))
    torch.testing.assert_close(quat_from_matrix(matrix), math_utils.quat_from_matrix(matrix), rtol=0, atol=1e-6)
    assert quat_from_matrix(matrix.reshape(2, -1, 3, 3)).shape == (2, COUNT // 2, 4)


def test_special_rotations():
    assert vector_from_matrix(torch.eye(3)).tolist() == [0.0, 0.0, 0.0]
    for index in range(3):
        half_turn = -torch.eye(3)
        half_turn[index, index] = 1.0
        vector = vector_from_matrix(half_turn)
        assert vector.abs().tolist() == pytest.approx([math.pi * (i == index) for i in range(3)], abs=1e-6)


def test_almost_rotations_have_a_vector():
    """Isaac Lab's conversion gives nan for these; an action made of them would be lost."""
    matrix = matrices(axes(), torch.full((COUNT,), 0.7)) * (1 + 1e-4)
    assert math_utils.quat_from_matrix(matrix).isnan().any()
    torch.testing.assert_close(vector_from_matrix(matrix), 0.7 * axes(), rtol=0, atol=1e-3)
    torch.testing.assert_close(quat_from_matrix(matrix).norm(dim=-1), torch.ones(COUNT))


def test_what_is_not_finite_stays_so_and_stays_alone():
    matrix = matrices(axes(3), torch.tensor([0.1, 0.2, 0.3]))
    matrix[1, 0, 2] = float("nan")
    vector = vector_from_matrix(matrix)
    assert vector[1].isnan().any() and vector[[0, 2]].isfinite().all()


@pytest.mark.parametrize("angle", [0.0, *ANGLES, math.pi, 5.0])
def test_matrices_are_isaac_labs(angle):
    angles = torch.full((COUNT,), angle)
    torch.testing.assert_close(matrix_from_axis(axes(), angles), matrices(axes(), angles), rtol=0, atol=1e-6)


def test_shapes_broadcast():
    angles = torch.rand(4, 7)
    turns = matrix_from_axis(axes(4)[:, None], angles)
    assert turns.shape == (4, 7, 3, 3)
    torch.testing.assert_close(turns[2, 5], matrices(axes(4)[2:3], angles[2, 5:6])[0], rtol=0, atol=1e-6)
    torch.testing.assert_close(vector_from_matrix(turns), axes(4)[:, None] * angles[..., None], rtol=0, atol=2e-6)


def test_poses_are_isaac_labs():
    torch.manual_seed(1)
    position = torch.randn(COUNT, 3)
    quat = torch.nn.functional.normalize(torch.randn(COUNT, 4), dim=-1)
    expected = math_utils.make_pose(position, math_utils.matrix_from_quat(quat))
    torch.testing.assert_close(pose_from_quat(position, quat), expected, atol=1e-6, rtol=0.0)
    # As many leading dimensions as there are, and the same to the bit whatever their number.
    few = pose_from_quat(position[:6].unflatten(0, (2, 3)), quat[:6].unflatten(0, (2, 3)))
    assert torch.equal(few.flatten(0, 1), pose_from_quat(position, quat)[:6])
