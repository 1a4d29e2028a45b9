# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A state that was kept can be gone back to, and what follows it repeats."""

import pytest
import torch

from isaaclab_mimic_core import randomness

pytestmark = pytest.mark.sim

JOINTS = "articulation/robot/joint_position"


def reset(env, seed: int) -> None:
    everyone = torch.arange(env.num_envs, device=env.device)
    env.reset(everyone, randomness.streams(seed, "reset", everyone))


def copied(env) -> dict[str, torch.Tensor]:
    return {path: values.clone() for path, values in env.state().items()}


def play(env, actions: torch.Tensor) -> torch.Tensor:
    """Make the actions (steps, num_envs, action_dim); return the joints after each."""
    trace = []
    for action in actions:
        env.step(action)
        trace.append(env.state()[JOINTS].clone())
    return torch.stack(trace)


@pytest.fixture
def wild(stack_env) -> torch.Tensor:
    """60 random actions for every environment, gentle enough not to drive the arm into the table."""
    generator = torch.Generator().manual_seed(0)
    return 0.1 * torch.randn(60, stack_env.num_envs, stack_env.action_dim, generator=generator)


def test_the_state_after_a_reset_comes_back_and_its_future_too(stack_env, wild):
    env = stack_env
    reset(env, 1)
    state = copied(env)
    first = play(env, wild)
    env.restore(state, torch.arange(env.num_envs, device=env.device))
    for path, values in env.state().items():
        assert torch.equal(values, state[path]), path
    assert torch.equal(play(env, wild), first)


def test_some_environments_are_restored_while_the_others_go_on(stack_env, wild):
    env = stack_env
    reset(env, 1)
    state = copied(env)
    first = play(env, wild)
    chosen = torch.tensor([0, 5], device=env.device)
    others = [i for i in range(env.num_envs) if i not in (0, 5)]
    before = copied(env)
    env.restore({path: values[chosen] for path, values in state.items()}, chosen)
    for path, values in env.state().items():
        assert torch.equal(values[others], before[path][others]), path
        assert torch.equal(values[chosen], state[path][chosen]), path
    again = play(env, wild)
    assert torch.equal(again[:, chosen], first[:, chosen])


def test_an_environment_does_not_feel_its_neighbours(stack_env, wild):
    """PhysX used to solve an arm with as many iterations as whatever cubes were awake in its batch asked for."""
    env = stack_env
    reset(env, 1)
    state = copied(env)
    everyone = torch.arange(env.num_envs, device=env.device)
    first = play(env, wild)
    # Let all cubes fall asleep, and stir up all environments but one.
    reset(env, 2)
    play(env, torch.zeros_like(wild))
    alone = torch.tensor([2], device=env.device)
    env.restore({path: values[alone] for path, values in state.items()}, alone)
    different = wild.flip(1).clone()
    different[:, 2] = wild[:, 2]
    assert torch.equal(play(env, different)[:, 2], first[:, 2])
    env.restore(state, everyone)
    assert torch.equal(play(env, wild), first)
