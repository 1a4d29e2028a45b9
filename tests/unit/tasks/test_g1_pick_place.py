# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""G1's script carries an object of a kinematic scene to the goal, and its signal says when the hand can take it."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from isaaclab_mimic_core.errors import DeviceError
from isaaclab_mimic_core.robots.g1.hands import HIP_HEIGHT
from isaaclab_mimic_core.sample import SAMPLE
from isaaclab_mimic_core.tasks.descriptors import read_descriptor
from isaaclab_mimic_core.tasks.g1_pick_place.script import _GOAL, _GRASP, ScriptedCarrier
from isaaclab_mimic_core.tasks.g1_pick_place.signals import CarrySignals, signals_of

NUM, DT = 3, 0.02
JOINTS = [f"{side}_hand_{joint}_joint" for side in ("left", "right") for joint in ("thumb_1", "index_0")]
CLOSED = 1.0
"""An index finger that is bent this far holds the object [rad]."""


class Walker:
    """Robots that walk as fast as they are told, with wrists where they are told to be, and objects in their hands."""

    def __init__(self, assets: str = "local"):
        self.num_envs, self.device, self.info = NUM, torch.device("cpu"), {"assets": assets}
        self.place = torch.tensor([[0.0, 0.0, torch.pi / 2]]).repeat(NUM, 1)
        self.thing = torch.tensor([[-0.35, 0.45, 0.7], [-0.33, 0.44, 0.7], [-0.38, 0.46, 0.7]])
        self.wrist = torch.zeros(NUM, 3)
        self.held = torch.zeros(NUM, dtype=torch.bool)
        self.taken_at = torch.zeros(NUM, 3)
        term = SimpleNamespace(_hand_joint_names=JOINTS)
        self.env = SimpleNamespace(
            scene=self,
            env_origins=torch.zeros(NUM, 3),
            action_manager=SimpleNamespace(active_terms=["arms"], get_term=lambda name: term),
        )
        self.env_origins = self.env.env_origins
        self.eef_names, self.object_names = ("right", "left"), ("object",)

    def __getitem__(self, name: str) -> Any:
        half, zero = 0.5 * self.place[:, 2], torch.zeros(NUM)
        quat = torch.stack([zero, zero, half.sin(), half.cos()], dim=1)
        position = torch.cat([self.place[:, :2], torch.full((NUM, 1), 0.75)], dim=1)
        data = {"root_pos_w": position, "root_quat_w": quat}
        return SimpleNamespace(data=SimpleNamespace(**{key: SimpleNamespace(torch=each) for key, each in data.items()}))

    def observations(self) -> dict[str, torch.Tensor]:
        return {"object_pos": self.thing}

    def object_pose(self) -> torch.Tensor:
        return _poses(self.thing)[:, None]

    def eef_pose(self) -> torch.Tensor:
        return torch.stack([_poses(self.wrist), torch.eye(4).expand(NUM, 4, 4)], dim=1)

    def step(self, action: torch.Tensor) -> None:
        assert action.shape == (NUM, 14 + len(JOINTS) + 4) and (action[:, -1] == HIP_HEIGHT).all()
        before, self.wrist = self.wrist, action[:, 7:10]
        closed = action[:, 14 + JOINTS.index("right_hand_index_0_joint")] > CLOSED
        self.taken_at = torch.where((closed & ~self.held)[:, None], self.wrist - self.thing, self.taken_at)
        self.thing = torch.where((closed & self.held)[:, None], self.thing + self.wrist - before, self.thing)
        self.held = closed
        x, y, turn = action[:, -4:-1].unbind(dim=1)
        cos, sin = self.place[:, 2].cos(), self.place[:, 2].sin()
        self.place = self.place + DT * torch.stack([cos * x - sin * y, sin * x + cos * y, turn], dim=1)


def _poses(position: torch.Tensor) -> torch.Tensor:
    pose = torch.eye(4).repeat(NUM, 1, 1)
    pose[:, :3, 3] = position
    return pose


def carried() -> tuple[Walker, list[torch.Tensor]]:
    env: Any = Walker()
    script, signals, actions = ScriptedCarrier(env, seed=3), CarrySignals(env), []
    script.begin(torch.arange(NUM), torch.arange(NUM))
    seen = []
    while not script.finished.all() and len(actions) < 1500:
        actions.append(script.action())
        env.step(actions[-1])
        seen.append(signals.signals()["idle_right"])
    assert script.finished.all()
    risen = torch.stack(seen).long()
    assert not risen[0].any() and (risen.diff(dim=0) == 1).any(dim=0).all()
    return env, actions


def test_the_object_is_grasped_carried_and_put_at_the_goal_and_the_hand_is_back():
    env, actions = carried()
    ahead, left, up = _GRASP
    assert (env.taken_at - torch.tensor([-left, ahead, up])).abs().max() < 0.01, "grasped from the right and behind"
    assert not env.held.any() and (env.thing[:, :2] - torch.tensor(_GOAL)).abs().max() < 0.03
    assert (env.thing[:, 2] - 0.7).abs().max() < 0.01, "on the table"
    assert (env.wrist[:, 0] < 0.26).all() and ((env.thing[:, 0] > 0.4) & (env.thing[:, 1] > 0.35)).all()
    again = carried()[1]
    assert len(again) == len(actions) and all(map(torch.equal, again, actions)), "a recording can be repeated"


def test_script_and_signal_are_those_of_the_local_object():
    cloud: Any = Walker("cloud")
    assert signals_of(cloud) is None
    with pytest.raises(DeviceError, match="--teleop-device scripted: the script grasps the local object"):
        ScriptedCarrier(cloud, seed=1)


def test_the_descriptor_lets_the_body_walk():
    found = read_descriptor(str(SAMPLE.parents[1] / "g1_pick_place" / "walking.yaml"))
    assert list(found.subtasks) == ["body", "right", "left"] and found.policy["use_navigation_controller"]
    assert all(each == found.subtasks["body"] for each in found.subtasks.values()), "they run in step"
