# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Noise drawn ahead equals noise drawn at each step, whenever attempts begin."""

import torch

from isaaclab_mimic_core import randomness
from isaaclab_mimic_core.datagen.trajectory.noise import ActionNoise


def test_noise_depends_on_attempt_and_step_alone():
    num_envs, channels = 5, 7
    noise = ActionNoise(num_envs, channels, torch.device("cpu"))
    attempts, steps = torch.arange(num_envs), torch.zeros(num_envs, dtype=torch.long)
    noise.begin(attempts, randomness.streams(3, "noise", attempts))
    shuffle = torch.Generator().manual_seed(0)
    for _ in range(100):
        expected = randomness.normal(randomness.streams(3, "noise", attempts), steps, channels)
        torch.testing.assert_close(noise.at(steps), expected, rtol=0, atol=1e-6)
        steps += 1
        restarted = torch.rand(num_envs, generator=shuffle) < 0.1
        rows = restarted.nonzero().squeeze(-1)
        attempts = torch.where(restarted, attempts + num_envs, attempts)
        steps[rows] = 0
        noise.begin(rows, randomness.streams(3, "noise", attempts[rows]))
    assert int(attempts.max()) > num_envs


def test_asking_twice_for_a_step_gives_the_same():
    noise = ActionNoise(2, 3, torch.device("cpu"))
    rows = torch.arange(2)
    noise.begin(rows, randomness.streams(0, "noise", rows))
    first = noise.at(torch.zeros(2, dtype=torch.long))
    for _ in range(40):
        assert torch.equal(noise.at(torch.zeros(2, dtype=torch.long)), first)
