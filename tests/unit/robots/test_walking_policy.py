# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""G1's walking policy: an ONNX network computed for many robots, each with a gait of its own."""

import importlib.util
import json
import math

import numpy as np
import pytest
import torch

from isaaclab_mimic_core.errors import PlatformError
from isaaclab_mimic_core.robots.g1.navigation import Walk, put_at, seen_from, turn
from isaaclab_mimic_core.robots.g1.onnx_network import OnnxNetwork
from isaaclab_mimic_core.robots.g1.policy import WalkingPolicy, policy_file

onnx = pytest.importorskip("onnx")
needs_policy = pytest.mark.skipif(
    importlib.util.find_spec("holosoma_inference") is None, reason="needs ./mimic.sh setup g1"
)


@needs_policy
def test_the_network_is_what_onnx_says_it_is_row_by_row():
    from onnx.reference import ReferenceEvaluator

    rows = torch.randn(5, 100)
    ours = OnnxNetwork(policy_file(), "cpu")(rows)
    reference = ReferenceEvaluator(onnx.load(policy_file()))
    for row, found in zip(rows.numpy(), ours.numpy(), strict=True):
        (expected,) = reference.run(None, {"actor_obs": row[None]})
        np.testing.assert_allclose(found, expected[0], rtol=1e-4, atol=1e-4)


def test_an_unknown_operation_is_refused(tmp_path):
    node = onnx.helper.make_node("Cos", ["x"], ["y"])
    shape = onnx.helper.make_tensor_value_info("x", 1, [1, 2]), onnx.helper.make_tensor_value_info("y", 1, [1, 2])
    graph = onnx.helper.make_graph([node], "g", [shape[0]], [shape[1]])
    onnx.save(onnx.helper.make_model(graph), tmp_path / "a.onnx")
    with pytest.raises(PlatformError, match="the operation Cos"):
        WalkingPolicy(tmp_path / "a.onnx", 1, 0.02, "cpu")
    (tmp_path / "b.onnx").write_bytes(b"nothing")
    with pytest.raises(PlatformError, match="the walking policy cannot be used"):
        WalkingPolicy(tmp_path / "b.onnx", 1, 0.02, "cpu")


class Seen:
    """A network that shows what it is given."""

    metadata = {
        "dof_names": json.dumps(["left_knee_joint", "waist_yaw_joint"]),
        "kp": "[99.0, 40.0]",
        "kd": "[6.3, 2.6]",
        "command_ranges": json.dumps({key: [-1.0, 1.0] for key in ("lin_vel_x", "lin_vel_y", "ang_vel_yaw")}),
    }

    def __init__(self, path, device):
        self.rows = torch.empty(0)

    def __call__(self, rows):
        self.rows = rows
        return torch.full((len(rows), 2), 2.0)


@pytest.fixture
def policy(monkeypatch, tmp_path):
    monkeypatch.setattr("isaaclab_mimic_core.robots.g1.policy.OnnxNetwork", Seen)
    return WalkingPolicy(tmp_path, 3, 0.02, "cpu")


def test_each_robot_has_its_own_gait(policy):
    assert policy.gains["left_knee_joint"].armature == pytest.approx(99.0 / (20 * math.pi) ** 2)
    command = torch.tensor([[0.5, 0.0, 0.0], [0.0, 0.0, 0.0], [torch.nan, -7.0, 0.3]])
    still, joints = torch.zeros(3, 3), torch.tensor([[0.669, 0.0]] * 3)

    def phases() -> torch.Tensor:
        policy.targets(command, still, still, joints, torch.zeros(3, 2))
        rows = policy._network.rows
        # actions, turning, yaw, xy, cos, positions, velocities, gravity, sin
        assert rows.shape == (3, 2 + 3 + 1 + 2 + 2 + 2 + 2 + 3 + 2)
        return torch.atan2(rows[:, -2:], rows[:, 8:10])

    first = phases()
    assert policy._network.rows[2, 5:8].tolist() == pytest.approx([0.3, 0.0, -1.0]), "yaw rate, then x and y"
    torch.testing.assert_close(first[0].abs(), torch.tensor([0.0, math.pi]), atol=1e-5, rtol=0)
    torch.testing.assert_close(first[1].abs(), torch.full((2,), math.pi), atol=1e-5, rtol=0)
    second = phases()
    assert turn(second[0] - first[0]).tolist() == pytest.approx([2 * math.pi * 0.02] * 2, abs=1e-5)
    assert torch.equal(second[1], first[1]) and torch.equal(policy._network.rows[:, :2], torch.full((3, 2), 2.0))
    # One that is reset begins with the left leg again; the others go on.
    policy.reset(torch.tensor([0]))
    third = phases()
    torch.testing.assert_close(third[0].abs(), torch.tensor([0.0, math.pi]), atol=1e-5, rtol=0)
    assert policy._network.rows[0, :2].tolist() == [0.0, 0.0] and policy._network.rows[2, 0] == 2.0
    assert turn(third[2] - second[2])[0] == pytest.approx(2 * math.pi * 0.02, abs=1e-5)


def test_places_are_seen_from_places_and_put_back():
    place = torch.randn(20, 3)
    pose = torch.randn(20, 4)
    torch.testing.assert_close(put_at(place, seen_from(place, pose)), pose, atol=1e-5, rtol=0)


def test_a_robot_walks_until_it_is_near_and_then_stands():
    walk, here, goal = (
        Walk(2, torch.device("cpu")),
        torch.zeros(2, 3),
        torch.tensor([[0.04, 0.0, 0.0], [1.0, 0.5, 2.0]]),
    )
    steps = 0
    while steps < 1000:
        command = walk.command(here, goal)
        cos, sin = here[:, 2].cos(), here[:, 2].sin()
        x, y = command[:, 0], command[:, 1]
        here = here + 0.02 * torch.stack([cos * x - sin * y, sin * x + cos * y, command[:, 2]], dim=1)
        steps += 1
        if not walk.walks.any():
            break
    assert not command.any() and here[0].tolist() == [0.0, 0.0, 0.0], "near enough from the start"
    assert (here[1, :2] - goal[1, :2]).norm() < 0.04 and abs(here[1, 2] - goal[1, 2]) < 0.08 and steps < 600
