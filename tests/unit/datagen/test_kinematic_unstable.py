# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Unstable physics in one environment ends that attempt, and changes nothing in the others."""

import torch
from kinematic import KinematicStackEnv, run_attempts

BROKEN_ENV, BROKEN_STEP, COUNT = 2, 60, 24


def attempts(make_generator, breaks: bool) -> dict[int, tuple]:
    """Make attempts; returns by number each one's outcome, and its actions and states bit for bit."""
    env = KinematicStackEnv(6)
    steps: list[tuple[torch.Tensor, torch.Tensor]] = []
    begun = [0] * env.num_envs
    found = {}

    def before(action: torch.Tensor) -> None:
        if breaks and len(steps) == BROKEN_STEP:
            env.world.cube_pose[BROKEN_ENV] = float("nan")
            env.world.eef_position[BROKEN_ENV] = float("inf")
        steps.append((action.clone(), env.world.cube_pose.clone()))

    def after(ended: list) -> None:
        for outcome in ended:
            rows = [torch.cat([a[outcome.env], c[outcome.env].flatten()]) for a, c in steps[begun[outcome.env] :]]
            found[outcome.attempt] = outcome, torch.stack(rows).numpy().tobytes()
            begun[outcome.env] = len(steps)

    run_attempts(env, make_generator(env), COUNT, 5, before, after)
    return found


def test_only_the_broken_attempt_is_lost(make_generator):
    clean, broken = attempts(make_generator, False), attempts(make_generator, True)
    assert sorted(clean) == sorted(broken) == list(range(COUNT))
    unstable = [number for number, (outcome, _) in broken.items() if outcome.cause == "unstable"]
    assert len(unstable) == 1 and broken[unstable[0]][0].env == BROKEN_ENV
    for number in set(range(COUNT)) - set(unstable):
        assert broken[number][1] == clean[number][1], f"attempt {number}"
        assert broken[number][0].success == clean[number][0].success
    # The environment itself is used again.
    assert sum(outcome.env == BROKEN_ENV for outcome, _ in broken.values()) > 1
