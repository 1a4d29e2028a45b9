# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Run our generator for a number of attempts, as `stages.generate` does, but with nothing written."""

from collections.abc import Callable

import torch

from isaaclab_mimic_core import randomness
from isaaclab_mimic_core.datagen.generator import Generator, Outcome
from isaaclab_mimic_core.envs.batched import BatchedEnv


@torch.inference_mode()
def run_attempts(
    env: BatchedEnv,
    generator: Generator,
    num_attempts: int,
    seed: int,
    after_action: Callable[[torch.Tensor], None] | None = None,
) -> list[Outcome]:
    """Let all environments make attempts until so many have ended.

    Args:
        env: The environments.
        generator: Made for them.
        num_attempts: How many; those still running then are given up.
        seed: Seed of the initial states.
        after_action: Called at every step with the action that is about to be made: (num_envs, action_dim).

    Returns:
        The attempts in the order in which they ended.
    """
    started, outcomes = 0, []
    restart = torch.arange(env.num_envs, device=env.device)
    while len(outcomes) < num_attempts:
        if len(restart):
            attempts = torch.arange(started, started + len(restart), device=env.device)
            started += len(restart)
            env.reset(restart, randomness.streams(seed, "reset", attempts))
            generator.begin(restart, attempts)
        action = generator.action()
        if after_action:
            after_action(action)
        env.step(action)
        ended = generator.observe()
        outcomes += ended
        restart = torch.tensor([outcome.env for outcome in ended], dtype=torch.long, device=env.device)
    return outcomes[:num_attempts]
