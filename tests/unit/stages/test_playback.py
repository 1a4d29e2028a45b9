# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Which environment plays which demonstration, and how far a replay strays."""

from typing import Any

import numpy as np
import pytest
import torch

from isaaclab_mimic_core.datasets import Episode
from isaaclab_mimic_core.stages.replay.deviation import Deviation
from isaaclab_mimic_core.stages.replay.playback import Playback, assign

CUBE, ARM = "rigid_object/cube/root_pose", "articulation/arm/joint_position"


def test_each_environment_takes_the_next_when_it_is_free():
    assert assign([50, 10, 10, 10, 10], 2) == [[0], [1, 2, 3, 4]]
    assert assign([5, 5], 4) == [[0], [1], [], []]


def test_a_demonstration_can_have_its_place():
    assert assign([9, 9, 9], 3, places=[2, 0, 2]) == [[1], [], [0, 2]]


class OneGripper:
    """Environments whose gripper's command is the last number of an action."""

    num_envs, action_dim, device = 2, 3, torch.device("cpu")

    def reset(self, env_ids, keys):
        pass

    def restore(self, state, env_ids):
        pass

    def eef_pose(self):
        return torch.eye(4).repeat(2, 1, 1, 1)

    def action_to_gripper(self, action):
        return action[..., 2:]

    def target_to_action(self, target, gripper):
        return torch.cat([torch.zeros(2, 2), gripper], dim=-1)


def test_actions_are_played_as_they_are_and_the_last_gripper_command_is_held():
    actions = np.array([[0, 1, 1], [2, 3, 1], [4, 5, -1]], np.float32)
    states = {"initial_state/thing": np.zeros((1, 1), np.float32)}
    env: Any = OneGripper()
    playback = Playback(env, [3], lambda index: Episode({"actions": actions, **states}), seed=1, rest_steps=2)
    playback.refill([0, 1])
    for step in range(5):
        assert playback.action()[0].tolist() == (actions[step].tolist() if step < 3 else [0, 0, -1])
        playback.advance()


@pytest.fixture
def episode() -> Episode:
    length = 6
    pose = np.zeros((length, 7), np.float32)
    pose[:, 6] = 1.0
    joints = np.linspace(0, 1, length, dtype=np.float32)[:, None].repeat(2, axis=1)
    return Episode({f"states/{CUBE}": pose, f"states/{ARM}": joints, "actions": joints})


def play(deviation, episode, change) -> None:
    for step in range(6):
        state = {path: torch.as_tensor(episode.data[f"states/{path}"][step : step + 1]) for path in (CUBE, ARM)}
        state = {path: values.repeat(2, 1) for path, values in state.items()}
        change(step, state)
        deviation.compare(state, torch.tensor([step, step]), torch.tensor([True, False]))


def test_it_tells_what_strayed_how_far_and_since_when(episode):
    deviation = Deviation(2, 6, episode, 0.01, torch.device("cpu"))
    deviation.begin(0, episode)

    def change(step, state):
        state[CUBE][0, :2] += torch.tensor([0.3, 0.4]) * {3: 0.1, 4: 1.0, 5: 0.5}.get(step, 0.0)
        state[ARM][0, 1] += 0.005 * (step >= 1)

    play(deviation, episode, change)
    found = deviation.result(0)
    assert found.positions == pytest.approx(0.5) and found.joints == pytest.approx(0.005, rel=1e-4)
    assert (found.began_at, found.worst_at, found.worst) == (3, 4, CUBE) and found.turns == 0.0
    # Who does not play is not looked at.
    other = deviation.result(1)
    assert (other.joints, other.positions, other.turns, other.began_at) == (0.0, 0.0, 0.0, None)
    deviation.begin(0, episode)
    assert deviation.result(0).positions == 0.0


def test_a_turned_object_has_strayed_and_an_opposite_quaternion_has_not(episode):
    deviation = Deviation(2, 6, episode, 0.01, torch.device("cpu"))
    deviation.begin(0, episode)
    play(deviation, episode, lambda step, state: state[CUBE].mul_(torch.tensor([1, 1, 1, -1, -1, -1, -1])))
    assert deviation.result(0).turns == 0.0 and deviation.result(0).worst_at is None

    def turn(step, state):
        if step == 2:
            state[CUBE][0, 3:] = torch.tensor([0.0, 0.0, np.sin(0.05), np.cos(0.05)])

    play(deviation, episode, turn)
    assert deviation.result(0).turns == pytest.approx(0.1, rel=1e-4) and deviation.result(0).began_at == 2


def test_what_is_not_a_number_has_strayed_without_limit(episode):
    deviation = Deviation(2, 6, episode, 0.01, torch.device("cpu"))
    deviation.begin(0, episode)
    play(deviation, episode, lambda step, state: state[ARM].fill_(float("nan")))
    assert deviation.result(0).joints == float("inf") and deviation.result(0).began_at == 0
