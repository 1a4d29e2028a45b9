# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""GR1T2's scripts put hands where their plans say, and its signals and objects are what the tasks' success wants."""

from types import SimpleNamespace
from typing import Any

import isaaclab.utils.math as math_utils
import pytest
import torch

from isaaclab_mimic_core.errors import DeviceError
from isaaclab_mimic_core.sim.assets.compound import Part, cup, tray
from isaaclab_mimic_core.tasks.gr1t2.motions import HandStyle
from isaaclab_mimic_core.tasks.gr1t2_exhaust_pipe.script import _HOLD, DOWN, PipePlan, ScriptedPipeHandover
from isaaclab_mimic_core.tasks.gr1t2_exhaust_pipe.signals import PipeSignals
from isaaclab_mimic_core.tasks.gr1t2_exhaust_pipe.signals import signals_of as pipe_signals_of
from isaaclab_mimic_core.tasks.gr1t2_nut_pour import local_scene
from isaaclab_mimic_core.tasks.gr1t2_nut_pour.script import POUR, PourPlan, ScriptedPourer
from isaaclab_mimic_core.tasks.gr1t2_nut_pour.signals import NutPourSignals, signals_of

EXACT = HandStyle((1.0, 1.0), (1.0, 1.0), (0.1, 0.1), 0.0, 0.0, 0.0, 0.0, 0.0)
NAMES = ("sorting_scale", "sorting_bowl", "sorting_beaker", "factory_nut", "black_sorting_bin")
PLACES = (
    (0.222, 0.56, 0.986),
    (0.028, 0.43, 0.986),
    (-0.137, 0.458, 0.986),
    (-0.137, 0.458, 0.99),
    (-0.327, 0.468, 0.986),
)
IDLE = (-0.229, 0.254, 1.095, 0.5, -0.5, 0.5, 0.5, 0.229, 0.254, 1.095, 0.5, -0.5, 0.5, 0.5, *[0.0] * 22)
PIPE, BIN = (-0.049, 0.31, 1.259), (0.166, 0.39, 0.986)
PIPE_IDLE = (-0.2909, 0.2778, 1.1247, 0.5747, -0.4160, 0.4699, 0.5253, *IDLE[7:])
JOINTS = [f"{side}_{joint}" for side in "LR" for joint in ("index_proximal_joint", "thumb_distal_joint")]


def nut_pour_env(num_envs: int = 3) -> Any:
    return still_env(num_envs, dict(zip(NAMES, PLACES, strict=True)), IDLE)


def pipe_env(num_envs: int = 3) -> Any:
    env = still_env(num_envs, {"blue_exhaust_pipe": PIPE, "blue_sorting_bin": BIN}, PIPE_IDLE)
    # The pipe is upside down.
    env.object_pose()[:, 0, :3, :3] = torch.diag(torch.tensor([-1.0, 1.0, -1.0]))
    return env


def still_env(num_envs: int, places: dict[str, tuple[float, float, float]], idle: tuple[float, ...]) -> Any:
    """Return what scripts and signals ask of an environment in which nothing moves."""
    poses = torch.eye(4).repeat(num_envs, len(places), 1, 1)
    poses[..., :3, 3] = torch.tensor(list(places.values()))
    # Each environment's objects stand elsewhere.
    poses[..., :2, 3] += 0.005 * torch.arange(num_envs)[:, None, None]
    things = {name: SimpleNamespace(init_state=SimpleNamespace(pos=place)) for name, place in places.items()}
    term = SimpleNamespace(_hand_joint_names=JOINTS)
    return SimpleNamespace(
        info={"assets": "local"},
        num_envs=num_envs,
        device=torch.device("cpu"),
        object_names=tuple(places),
        object_pose=lambda: poses,
        cfg=SimpleNamespace(idle_action=idle, scene=SimpleNamespace(**things)),
        env=SimpleNamespace(action_manager=SimpleNamespace(active_terms=["gr1_action"], get_term=lambda name: term)),
    )


def rotation(action: torch.Tensor, hand: int) -> torch.Tensor:
    """Return how a hand is turned against one that points ahead: (num_envs, 3, 3)."""
    ahead = math_utils.matrix_from_quat(torch.tensor(IDLE[10:14]))
    return math_utils.matrix_from_quat(action[:, 7 * hand + 3 : 7 * hand + 7]) @ ahead.T


def test_the_mouth_of_the_beaker_is_over_the_bowl_when_it_is_tilted():
    env, plan = nut_pour_env(), PourPlan()
    script = ScriptedPourer(env, seed=1, style=EXACT)
    everyone = torch.arange(env.num_envs)
    script.begin(everyone, everyone)
    pours = [left for left, *_ in script.motions].index(POUR)
    while (script._motion <= pours).any():
        action = script.action()
    turned = rotation(action, 0)
    up = turned[:, :, 2]
    assert (up[:, 2] < -0.7).all(), "upside down, so that the nut slides out"
    assert (up[:, 0] > 0.3).all(), "toward the robot's right"
    side, ahead, _ = script._hold[0].tolist()
    mouth = torch.tensor([-side, ahead, local_scene.BEAKER_HEIGHT - plan.beaker_height])
    off = action[:, :3] + turned @ mouth - env.object_pose()[:, NAMES.index("sorting_bowl"), :3, 3]
    assert off[:, 2] == pytest.approx(local_scene.BOWL_HEIGHT + plan.above, abs=1e-5)
    assert off[:, :2].norm(dim=-1) == pytest.approx(plan.short, abs=1e-5)


def test_hands_end_where_they_began_with_nothing_held():
    env = nut_pour_env()
    script = ScriptedPourer(env, seed=1)
    everyone = torch.arange(env.num_envs)
    script.begin(everyone, everyone)
    first = script.action()
    assert first[:, :14] == pytest.approx(torch.tensor(IDLE[:14]).expand(3, 14), abs=0.005)
    while not script.finished.all():
        last = script.action()
    assert torch.allclose(last[:, 14:], script._fingers.positions(torch.zeros(3, 2))), "both hands are open"
    # Restarted in one environment, the others stay where they are.
    script.begin(everyone[:1], everyone[:1] + 7)
    again = script.action()
    assert again[0, :7] == pytest.approx(torch.tensor(IDLE[:7]), abs=0.005)
    assert torch.allclose(again[1:, :14], last[1:, :14], atol=0.01)


def test_the_script_refuses_objects_of_other_sizes():
    cloud: Any = SimpleNamespace(info={"assets": "cloud"})
    assert signals_of(cloud) is None
    with pytest.raises(DeviceError, match="--teleop-device scripted: the script grasps the local object"):
        ScriptedPourer(cloud, seed=1)


def test_the_pipe_is_level_and_within_reach_of_success_where_it_is_let_go():
    env = pipe_env()
    script = ScriptedPipeHandover(env, seed=1, style=EXACT)
    everyone = torch.arange(env.num_envs)
    script.begin(everyone, everyone)
    first = script.action()
    # Upstream's initial pose of the left hand is no exact turn outward and downward.
    assert (first[:, :14] - torch.tensor(PIPE_IDLE[:14])).abs().max() < 0.01
    down = [right for _, right, *_ in script.motions].index(DOWN)
    while (script._motion <= down).any():
        action = script.action()
    turned = rotation(action, 1)
    # The pipe stood along the hand's z axis, its frame above.
    along = turned[:, :, 2]
    assert along[:, 2].abs().max() < 0.1
    held = action[:, 7:10] + turned @ torch.tensor(_HOLD)
    off = held + PipePlan().along[1] * along - env.object_pose()[:, 1, :3, 3]
    assert off[:, 0].abs().max() < 0.085 and off[:, 1].min() > -0.09 and off[:, 1].max() < 0.2
    assert (off[:, 2] < 0.07).all()


def test_the_signal_of_the_pipe():
    env = pipe_env(num_envs=4)
    signals = PipeSignals(env)
    env.object_pose()[1, 0, :3, 3] = torch.tensor([0.02, 0.38, 1.35])
    env.object_pose()[2, 0, :3, 3] = torch.tensor([-0.06, 0.38, 1.35])
    env.object_pose()[3, 0, :3, 3] = torch.tensor([0.02, 0.38, 1.26])
    assert signals.signals()["idle_right_1"].tolist() == [False, True, False, False]
    assert isinstance(pipe_signals_of(env), PipeSignals)
    env.info["assets"] = "cloud"
    assert pipe_signals_of(env) is None


def test_signals_of_pouring():
    env = nut_pour_env(num_envs=5)
    signals = NutPourSignals(env)
    poses = env.object_pose()
    beaker, bowl, nut = (NAMES.index(name) for name in ("sorting_beaker", "sorting_bowl", "factory_nut"))
    poses[1, beaker, 2, 3] += 0.05
    poses[2, nut, :3, 3] = poses[2, bowl, :3, 3] + torch.tensor([0.02, -0.02, 0.01])
    poses[3, nut, :3, 3] = poses[3, bowl, :3, 3] + torch.tensor([0.02, 0.0, 0.12])
    poses[4, [bowl, nut], :3, 3] = poses[4, bowl, :3, 3] + torch.tensor([0.0, 0.0, 0.05])
    poses[4, nut, 2, 3] += 0.01
    found = {name: values.tolist() for name, values in signals.signals().items()}
    assert found == {
        "grasp_left": [False, True, False, False, False],
        "idle_right": [False, False, True, False, True],
        "grasp_right": [False, False, False, False, True],
    }


def corners(part: Part) -> torch.Tensor:
    """Return the ends of a part along the object's axes: (2, 3) [m]."""
    half = torch.tensor(part.size) / 2
    if part.round:
        reach = torch.tensor([half[0], half[0], half[2]])
    else:
        cos, sin = torch.cos(torch.tensor(part.yaw)).abs(), torch.sin(torch.tensor(part.yaw)).abs()
        reach = torch.stack([cos * half[0] + sin * half[1], sin * half[0] + cos * half[1], half[2]])
    return torch.stack([torch.tensor(part.at) - reach, torch.tensor(part.at) + reach])


def test_cups_and_trays_are_open_above_and_as_large_as_they_should_be():
    floor, *walls = cup(0.04, 0.09, 0.004, 12)
    ends = torch.stack([corners(part) for part in (floor, *walls)])
    assert ends[:, 0, 2].min() == pytest.approx(-0.002) and ends[:, 1, 2].max() == pytest.approx(0.088)
    assert 0.04 <= ends[..., :2].abs().max() < 0.043
    for wall in walls:
        assert torch.tensor(wall.at[:2]).norm() - wall.size[0] / 2 == pytest.approx(0.036)
    bottom, *sides = tray(0.2, 0.4, 0.03, 0.004)
    ends = torch.stack([corners(part) for part in (bottom, *sides)])
    assert ends.amax(dim=(0, 1)).tolist() == pytest.approx([0.1, 0.2, 0.028])
    assert corners(bottom)[1, 2] == pytest.approx(0.002)
    half = Part((0.1, 0.2, 0.3), (0.4, 0.5, 0.6), 0.7).scaled(0.5)
    assert half.size == (0.05, 0.1, 0.15) and half.at == (0.2, 0.25, 0.3) and half.yaw == 0.7
