# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""G1's walking policy: an ONNX network computed for many robots, each with a gait of its own."""

import importlib.util
import json
import math
from importlib import metadata
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from isaaclab_mimic_core.errors import PlatformError, TaskError
from isaaclab_mimic_core.robots.g1 import local
from isaaclab_mimic_core.robots.g1.navigation import Walk, put_at, seen_from, turn
from isaaclab_mimic_core.robots.g1.onnx_network import OnnxNetwork
from isaaclab_mimic_core.robots.g1.policy import WalkingPolicy, policy_file
from isaaclab_mimic_core.robots.g1.walking import WalkingAction

onnx = pytest.importorskip("onnx")
needs_policy = pytest.mark.skipif(
    importlib.util.find_spec("holosoma_inference") is None, reason="needs ./mimic.sh setup g1-walking"
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
        WalkingPolicy(tmp_path / "a.onnx", 1, "cpu")
    (tmp_path / "b.onnx").write_bytes(b"nothing")
    with pytest.raises(PlatformError, match="the walking policy cannot be used"):
        WalkingPolicy(tmp_path / "b.onnx", 1, "cpu")


def save(path, width=19, joints=2, bias=True, trans_a=0, **said):
    """Write a network of one layer, and what it says of itself."""
    weight, offset = np.zeros((joints, width), np.float32), np.full(joints, 0.5, np.float32)
    values = [onnx.numpy_helper.from_array(weight, "w"), onnx.numpy_helper.from_array(offset, "b")]
    node = onnx.helper.make_node("Gemm", ["x", "w", *(["b"] if bias else [])], ["y"], transB=1, transA=trans_a)
    shapes = [onnx.helper.make_tensor_value_info(name, 1, [1, n]) for name, n in (("x", width), ("y", joints))]
    model = onnx.helper.make_model(onnx.helper.make_graph([node], "g", shapes[:1], shapes[1:], values))
    onnx.helper.set_model_props(model, {**Seen.metadata, **said})
    onnx.save(model, path)
    return path


def test_a_layer_may_lack_its_offset(tmp_path):
    network = OnnxNetwork(save(tmp_path / "a.onnx", bias=False), "cpu")
    assert network(torch.ones(3, 19)).tolist() == 3 * [[0.0, 0.0]]
    assert OnnxNetwork(save(tmp_path / "b.onnx"), "cpu")(torch.ones(3, 19)).tolist() == 3 * [[0.5, 0.5]]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"width": 20}, "does not compute a row of 19 numbers"),
        ({"trans_a": 1}, "mixes rows"),
        ({"dof_names": '["waist_yaw_joint"]', "kp": "[9.0]", "kd": "[1.0]"}, "does not compute a row of 16"),
        ({"dof_names": '["waist_yaw_joint", "waist_yaw_joint"]'}, "names of joints"),
        ({"kp": "[9.0]"}, "zip"),
        ({"kd": '[9.0, "many"]'}, "many"),
        ({"kp": "[9.0, -1.0]"}, "positive numbers"),
        ({"command_ranges": "{}"}, "lin_vel_x"),
        (
            {"command_ranges": '{"lin_vel_x": [-1], "lin_vel_y": [-1, 1], "ang_vel_yaw": [-1, 1]}'},
            "least and a largest",
        ),
    ],
)
def test_what_the_file_holds_is_checked_once(tmp_path, changed, why):
    with pytest.raises(PlatformError, match=why) as raised:
        WalkingPolicy(save(tmp_path / "a.onnx", **changed), 1, "cpu")
    assert raised.value.where == str(tmp_path / "a.onnx") and "holosoma-inference" in raised.value.remedy


def test_a_policy_and_a_robot_have_the_same_joints(tmp_path):
    policy = WalkingPolicy(save(tmp_path / "a.onnx"), 1, "cpu")
    known = ["waist_yaw_joint", "left_knee_joint"]
    policy.check_robot([*known, "finger"], known)
    with pytest.raises(PlatformError, match="the robot has no left_knee_joint"):
        policy.check_robot(["waist_yaw_joint"], [])
    with pytest.raises(PlatformError, match="it does not move finger"):
        policy.check_robot([*known, "finger"], ["finger"])


def test_another_version_of_the_package_is_refused(monkeypatch):
    monkeypatch.setattr("isaaclab_mimic_core.robots.g1.policy.require", lambda purpose: None)
    monkeypatch.setattr(metadata, "distribution", lambda name: SimpleNamespace(version="0.2.0"))
    with pytest.raises(PlatformError, match=r"inference==0\.2\.0 is installed, and .*==0\.1\.3 wanted") as raised:
        policy_file()
    assert "holosoma-inference" in raised.value.remedy


def test_the_policy_is_looked_for_before_anything_is_fetched(monkeypatch):
    from isaaclab_tasks.contrib.locomanip_pick_place.configs.action_cfg import AgileBasedLowerBodyActionCfg

    def missing() -> None:
        raise PlatformError("no policy")

    monkeypatch.setattr(local, "policy_file", missing)
    monkeypatch.setattr(local, "g1_usd", lambda: pytest.fail("it was fetched"))
    cfg = SimpleNamespace(actions=SimpleNamespace(legs=AgileBasedLowerBodyActionCfg()))
    with pytest.raises(PlatformError, match="no policy"):
        local.use_local_assets(cfg, "ovphysx")


def walking_action(monkeypatch, tmp_path, step_dt=0.02, **changed):
    monkeypatch.setattr("isaaclab_mimic_core.robots.g1.policy.OnnxNetwork", Seen)
    names = ["finger", "waist_yaw_joint", "left_knee_joint"]
    asked = {"_knee": [2], "waist_.*_joint": [1]}
    written = []

    def find(patterns):
        ids = sorted(index for pattern in patterns for index in asked[pattern])
        return ids, [names[index] for index in ids]

    def tensor(*shape):
        return SimpleNamespace(torch=torch.zeros(2, *shape))

    robot = SimpleNamespace(
        joint_names=names,
        find_joints=find,
        set_joint_position_target_index=lambda **given: written.append(given),
        data=SimpleNamespace(
            default_joint_pos=tensor(3),
            joint_pos=tensor(3),
            joint_vel=tensor(3),
            root_ang_vel_b=tensor(3),
            projected_gravity_b=tensor(3),
        ),
    )
    cfg = SimpleNamespace(
        asset_name="robot",
        policy_path=str(tmp_path),
        joint_names=["_knee"],
        policy_output_scale=0.25,
        policy_output_offset=0.0,
        clip=None,
        debug_vis=False,
    )
    vars(cfg).update(changed)
    env = SimpleNamespace(num_envs=2, device="cpu", step_dt=step_dt, scene={"robot": robot})
    return WalkingAction(cfg, env), written


def test_targets_are_clipped_as_the_configuration_says(monkeypatch, tmp_path):
    action, written = walking_action(monkeypatch, tmp_path)
    action.process_actions(torch.zeros(2, 4))
    # The network says 2 for each; a scale of 0.25, and the knee's own position at rest.
    assert action.processed_actions[0].tolist() == pytest.approx([0.5, 1.169])
    for _ in range(2):
        action.apply_actions()
    assert written[0]["joint_ids"] is written[1]["joint_ids"] and written[0]["joint_ids"].numpy().tolist() == [1, 2]
    action, _ = walking_action(monkeypatch, tmp_path, clip={".*knee.*": (-1.0, 1.0)})
    action.process_actions(torch.zeros(2, 4))
    assert action.processed_actions[0].tolist() == pytest.approx([0.5, 1.0])


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"step_dt": 0.04}, "decimation"),
        ({"policy_output_scale": 1.0}, "policy_output_scale"),
        ({"policy_output_offset": 0.1}, "policy_output_offset"),
    ],
)
def test_what_the_policy_does_not_do_is_refused(monkeypatch, tmp_path, changed, where):
    with pytest.raises(TaskError) as raised:
        walking_action(monkeypatch, tmp_path, **changed)
    assert where in raised.value.where


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

    def check(self, inputs, outputs):
        assert (inputs, outputs) == (19, 2)

    def __call__(self, rows):
        self.rows = rows
        return torch.full((len(rows), 2), 2.0)


@pytest.fixture
def policy(monkeypatch, tmp_path):
    monkeypatch.setattr("isaaclab_mimic_core.robots.g1.policy.OnnxNetwork", Seen)
    return WalkingPolicy(tmp_path, 3, "cpu")


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
