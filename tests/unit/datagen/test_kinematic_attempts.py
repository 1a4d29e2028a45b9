# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""On the kinematic stack task: attempts do not depend on their neighbours, and upstream makes the same ones."""

from dataclasses import replace

import pytest
import torch
from kinematic import KinematicStackEnv, run_attempts, stack_config
from kinematic.upstream import UpstreamStackEnv, run_upstream

from isaaclab_mimic_core.datagen.settings import Settings

SEED = 11


def recorded_attempts(env, generator, count: int) -> dict[int, tuple]:
    """Make attempts 0 ... count - 1; return by number each one's outcome and all actions made: (steps, action_dim)."""
    actions: list[torch.Tensor] = []
    begun = [0] * env.num_envs
    attempts = {}

    def note(ended: list) -> None:
        for outcome in ended:
            rows = [action[outcome.env] for action in actions[begun[outcome.env] :]]
            attempts[outcome.attempt] = outcome, torch.stack(rows)
            begun[outcome.env] = len(actions)

    run_attempts(env, generator, count, SEED, lambda action: actions.append(action.clone()), note)
    return attempts


@pytest.mark.parametrize(("mode", "few", "count"), [("default", 4, 32), ("upstream", 8, 16)])
def test_an_attempt_is_the_same_among_few_or_many(make_generator, mode, few, count):
    some, many = (
        recorded_attempts(env, make_generator(env, Settings.of(mode)), count)
        for env in (KinematicStackEnv(few), KinematicStackEnv(16))
    )
    assert sorted(some) == sorted(many) == list(range(count))
    for number in range(count):
        (a, actions), (b, others) = some[number], many[number]
        assert torch.equal(actions, others), f"attempt {number}"
        assert replace(a, env=0) == replace(b, env=0)


def exact_config():
    """The stack task's configuration with nothing left to chance but the initial state."""
    cfg = stack_config()
    for subtask in cfg.subtask_configs["franka"]:
        subtask.action_noise = 0.0
        subtask.selection_strategy_kwargs = {"nn_k": 1}
        low, _ = subtask.subtask_term_offset_range
        subtask.subtask_term_offset_range = (low, low)
    return cfg


@pytest.mark.parametrize("from_last_target", [True, False])
def test_a_whole_attempt_is_upstreams(make_generator, demos, from_last_target):
    ours, theirs = KinematicStackEnv(1, cfg=exact_config()), UpstreamStackEnv(1, seed=SEED, cfg=exact_config())
    for env in (ours, theirs):
        env.cfg.datagen_config.generation_interpolate_from_last_target_pose = from_last_target
    attempts = recorded_attempts(ours, make_generator(ours, Settings.of("upstream")), 1)
    outcome, actions = attempts[0]

    expected = []
    step = theirs.step
    theirs.step = lambda action: (expected.append(action.clone()), step(action))
    run = run_upstream(theirs, demos, 1)
    assert (run.attempts, run.successes) == (1, outcome.success)
    # Upstream's loop makes a step more before it notices that the attempt has ended.
    assert len(expected) == outcome.steps + 1
    # Each action corrects what those before it have left, so rounding does not add up.
    torch.testing.assert_close(actions, torch.cat(expected[:-1]), rtol=0, atol=2e-5)
