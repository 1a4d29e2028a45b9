# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Run our generator for a number of attempts, like `stages.generation`, but without writing files."""

from collections.abc import Callable

import torch

from isaaclab_mimic_core import randomness
from isaaclab_mimic_core.datagen.generator import Generator
from isaaclab_mimic_core.envs.batched import BatchedEnv
from isaaclab_mimic_core.outcomes import AttemptOutcome


@torch.inference_mode()
def run_attempts(
    env: BatchedEnv,
    generator: Generator,
    num_attempts: int,
    seed: int,
    before_step: Callable[[torch.Tensor], None] | None = None,
    after_step: Callable[[list[AttemptOutcome]], None] | None = None,
) -> list[AttemptOutcome]:
    """Make attempts 0, 1, ... in all environments; environments without an attempt stand still.

    Args:
        env: The environments.
        generator: Made for them.
        num_attempts: How many.
        seed: Seed of the initial states.
        before_step: Called with the action that is about to be made: (num_envs, action_dim).
        after_step: Called with the attempts that ended with the step.

    Returns:
        The attempts in the order in which they ended.
    """
    started, outcomes = 0, []
    idle = torch.arange(env.num_envs, device=env.device)
    while len(outcomes) < num_attempts:
        if len(idle):
            begins = idle[: num_attempts - started]
            attempts = torch.arange(started, started + len(begins), device=env.device)
            started += len(begins)
            generator.release(idle[len(begins) :])
            env.reset(begins, randomness.streams(seed, "reset", attempts))
            generator.begin(begins, attempts)
        action = generator.action()
        if before_step:
            before_step(action)
        env.step(action)
        ended = generator.observe()
        generator.take_rewinds()
        if after_step:
            after_step(ended)
        outcomes += ended
        idle = torch.tensor([outcome.env for outcome in ended], dtype=torch.long, device=env.device)
    return outcomes
