# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Noise fades before the gripper acts, and nowhere else."""

import torch

from isaaclab_mimic_core.datagen.trajectory.noise import noise_schedule


def commands(*changes: int, steps: int = 120) -> torch.Tensor:
    """Return commands of one demonstration that go to and fro between 1 and -1: (1, 1, steps, 1)."""
    step = torch.arange(steps)
    return torch.stack([torch.where(step >= change, -1.0, 1.0) for change in changes]).prod(dim=0)[None, None, :, None]


def test_noise_is_away_before_a_grip_and_whole_elsewhere():
    factor = noise_schedule(commands(60))[0, 0]
    assert factor[50:61].eq(0.0).all()
    assert factor[:31].eq(1.0).all()
    assert factor[61:].eq(1.0).all()
    fading = factor[30:51].diff()
    torch.testing.assert_close(fading, torch.full_like(fading, -1 / 20))


def test_every_grip_counts():
    factor = noise_schedule(commands(40, 100))[0, 0]
    assert factor[[35, 95]].eq(0.0).all()
    assert factor[[5, 45, 105]].eq(1.0).all()


def test_a_hand_that_never_acts_is_never_spared():
    assert noise_schedule(torch.full((2, 1, 50, 3), 0.3)).eq(1.0).all()


def test_a_hand_of_many_joints_acts_where_one_crosses_its_middle():
    closing = torch.linspace(0.0, 0.8, 101)
    gripper = torch.stack([torch.zeros(101), closing], dim=-1)[None, None]
    factor = noise_schedule(gripper)[0, 0]
    acts = int((closing > 0.4).nonzero()[0])
    assert factor[acts] == 0.0
    assert factor[[acts - 40, acts + 1]].eq(1.0).all()


def test_end_effectors_and_demonstrations_fade_for_themselves():
    early, late = commands(40), commands(80)
    factor = noise_schedule(torch.cat([torch.cat([early, late], dim=1), torch.cat([late, early], dim=1)]))
    assert factor[0, 0].equal(factor[1, 1])
    assert factor[0, 1].equal(factor[1, 0])
    assert factor[0, :, 35].tolist() == [0.0, 1.0]
