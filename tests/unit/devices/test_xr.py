# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The XR device with a recorded session, which needs neither headset nor runtime."""

from pathlib import Path
from types import SimpleNamespace

import isaaclab.utils.math as math_utils
import pytest
import torch

from isaaclab_mimic_core.devices.device import PAUSE, RESET, RESUME, STOP
from isaaclab_mimic_core.devices.xr import XrSettings
from isaaclab_mimic_core.errors import TaskError

SESSION = Path(__file__).parents[2] / "data" / "xr" / "session.mcap"
DEVICE = XrSettings(mcap_replay=str(SESSION))


@pytest.fixture
def replay(make_env):
    """Replays the session in an environment; returns each frame's action and requests."""
    opened = []

    def run(kind: str, num_envs: int = 1, origin=(0.0, 0.0, 0.0)):
        from isaaclab_mimic_core.devices.xr.device import Xr

        env = make_env(kind, num_envs)
        env.cfg = SimpleNamespace()
        env.env.scene = SimpleNamespace(env_origins=torch.tensor([origin] * num_envs))
        device = Xr(env, DEVICE)
        opened.append(device)
        device.begin(torch.arange(num_envs), torch.arange(num_envs))
        frames = []
        for _ in range(46):
            device.poll()
            frames.append((device.action().clone(), device.take_requests(), device.readings()))
        return device, frames

    yield run
    for device in opened:
        device.close()


def test_a_recorded_session_is_replayed_to_its_end(replay):
    device, frames = replay("abs")
    requests = [request for _, asked, _ in frames for request in asked]
    assert requests == [RESUME, RESET, RESUME, PAUSE, STOP]
    assert frames[-1][1] == [STOP] and not device.connected and "over" in device.trouble
    assert torch.equal(frames[-1][0], frames[-2][0]), "the hand stays where the session has left it"
    assert {side["right"]["follows"] for *_, side in frames} == {"nothing", "controller", "hand"}


def test_recorded_input_moves_the_hand_by_hand_computed_values(replay):
    """Frame k has the controller at (0.01 k, 1.2, -0.4): x, -z, y are Isaac Lab's x, y, z, where no anchor is set."""
    _, frames = replay("abs")
    for k in (5, 12, 20):
        action = frames[k][0][0]
        expected = torch.tensor([0.01 * k, 0.4, 1.2, 1.0, 0.0, 0.0, 0.0, -1.0 if k >= 15 else 1.0])
        torch.testing.assert_close(action.abs() * expected.sign(), expected, atol=1e-5, rtol=0.0)


def test_relative_tasks_are_driven_too_and_all_environments_alike(replay, make_env):
    """The hand stands at (0.4, 0.1, 0.3) and points down; the environments' origin is 1 m ahead in x."""
    _, frames = replay("rel", num_envs=2, origin=(1.0, 0.0, 0.0))
    way = torch.tensor([0.05 - 1.0 - 0.4, 0.4 - 0.1, 1.2 - 0.3, 0.0, 0.0, 0.0, 1.0])
    torch.testing.assert_close(frames[5][0], way.expand(2, -1), atol=1e-5, rtol=0.0)


def test_with_two_arms_each_follows_its_own_hand(replay):
    _, frames = replay("two_arms")
    shown = frames[12][2]
    assert shown["right"]["follows"] == "controller" and shown["left"]["follows"] == "nothing"
    # The left arm, whose hand is not tracked, is told to stay.
    torch.testing.assert_close(frames[12][0][0, :6], torch.zeros(6), atol=1e-6, rtol=0.0)
    assert frames[12][0][0, 6:12].abs().max() > 0.1


def test_hands_with_fingers_are_turned_as_the_operators_and_close_in_their_time(replay):
    """From frame 33 on the right wrist is at (0, 1.1, -0.4), not turned: fingers ahead, along y, the back up.

    Its frame in the world is a quarter turn about x; the robot's right hand is half a turn about z from it.
    """
    _, frames = replay("two_hands")
    action = frames[44][0][0]
    half = 0.5**0.5
    torch.testing.assert_close(action[7:10], torch.tensor([0.0, 0.4, 1.1]), atol=1e-5, rtol=0.0)
    assert abs(float(action[10:14] @ torch.tensor([0.0, -half, half, 0.0]))) > 1.0 - 1e-5
    # A controller's grip, not turned: its tube points ahead, its x axis to the right, into the palm.
    # So the hand's fingers point down, and its back to the right.
    held = frames[12][0][0]
    rotation = math_utils.matrix_from_quat(held[10:14])
    torch.testing.assert_close(held[7:10], torch.tensor([0.12, 0.4, 1.2]), atol=1e-5, rtol=0.0)
    torch.testing.assert_close(-rotation[:, 2], torch.tensor([0.0, 0.0, -1.0]), atol=1e-5, rtol=0.0)
    torch.testing.assert_close(-rotation[:, 1], torch.tensor([1.0, 0.0, 0.0]), atol=1e-5, rtol=0.0)
    # The trigger is pulled from frame 15 on, 30 steps are a second, and a hand closes in 0.2 s.
    closed = torch.stack([frame[0][0, 14:] for frame in frames])
    assert not closed[14].any() and not closed[:, :2].any(), "the left hand is not tracked"
    for frame, part in ((15, 1 / 6), (16, 1 / 3), (20, 1.0), (30, 1.0)):
        torch.testing.assert_close(closed[frame, 2:], part * torch.tensor([-1.0, -1.5]), atol=1e-6, rtol=0.0)
    assert frames[20][2]["right"]["closed"] and not frames[20][2]["left"]["closed"]


def test_a_task_with_other_hands_has_to_bring_its_own_pipeline(make_env):
    from isaaclab_mimic_core.devices.xr.device import Xr

    env = make_env("abs")
    env.gripper_dim, env.cfg = 22, SimpleNamespace()
    env.env.scene = SimpleNamespace(env_origins=torch.zeros(1, 3))
    with pytest.raises(TaskError, match="isaac_teleop"):
        Xr(env, DEVICE)
