# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Initial object poses: apart from each other, distributed as upstream's, the same wherever they are drawn."""

import random

import pytest
import torch
from isaaclab_tasks.contrib.stack.mdp.stack_events import sample_object_poses
from scipy import stats

from isaaclab_mimic_core import randomness
from isaaclab_mimic_core.envs.reset_sampling import sample_separated_poses

COUNT = 4000
SEPARATION = 0.1
# The stack task's own.
RANGES = {"x": (0.4, 0.6), "y": (-0.1, 0.1), "z": (0.0203, 0.0203), "yaw": (-1.0, 1.0)}
NUM_OBJECTS = 3
TRIES = 5000


def keys(count: int, purpose: str = "reset") -> torch.Tensor:
    return randomness.streams(1, purpose, torch.arange(count))


@pytest.fixture(scope="module")
def ours() -> torch.Tensor:
    return sample_separated_poses(keys(COUNT), NUM_OBJECTS, SEPARATION, RANGES, TRIES)


@pytest.fixture(scope="module")
def theirs() -> torch.Tensor:
    random.seed(0)
    return torch.tensor([sample_object_poses(NUM_OBJECTS, SEPARATION, RANGES, TRIES) for _ in range(COUNT)])


def gaps(poses: torch.Tensor) -> torch.Tensor:
    """Distances of objects 0-1, 0-2, 1-2: (COUNT, 3) [m]."""
    first, second = torch.triu_indices(NUM_OBJECTS, NUM_OBJECTS, offset=1)
    return (poses[:, first, :3] - poses[:, second, :3]).norm(dim=-1)


def test_objects_are_apart_and_in_range(ours):
    assert ours.shape == (COUNT, NUM_OBJECTS, 6)
    assert gaps(ours).min() > SEPARATION
    for index, axis in enumerate(("x", "y", "z", "roll", "pitch", "yaw")):
        low, high = RANGES.get(axis, (0.0, 0.0))
        assert (ours[..., index] >= low).all() and (ours[..., index] <= high).all(), axis


@pytest.mark.parametrize("which", range(NUM_OBJECTS))
@pytest.mark.parametrize("axis", [0, 1, 5], ids=["x", "y", "yaw"])
def test_each_coordinate_is_distributed_as_upstreams(ours, theirs, which, axis):
    a, b = ours[:, which, axis].numpy(), theirs[:, which, axis].numpy()
    assert stats.ks_2samp(a, b).pvalue > 0.001


@pytest.mark.parametrize("pair", range(3))
def test_distances_are_distributed_as_upstreams(ours, theirs, pair):
    assert stats.ks_2samp(gaps(ours)[:, pair].numpy(), gaps(theirs)[:, pair].numpy()).pvalue > 0.001


def test_joint_moments_are_upstreams(ours, theirs):
    def moments(poses: torch.Tensor) -> torch.Tensor:
        return torch.corrcoef(poses[..., [0, 1, 5]].flatten(1).T)

    # The standard deviation of the difference of two correlations is sqrt(2 / COUNT) = 0.022.
    assert (moments(ours) - moments(theirs)).abs().max() < 0.09


def test_a_state_depends_on_its_key_alone(ours):
    some = torch.tensor([3999, 0, 17])
    again = sample_separated_poses(keys(COUNT)[some], NUM_OBJECTS, SEPARATION, RANGES, TRIES)
    assert torch.equal(again, ours[some])


def test_joint_angles_say_nothing_about_poses(ours):
    """Both are drawn from the same stream; once their draws overlapped."""
    joints = randomness.normal(keys(COUNT), 0, 9)
    together = torch.corrcoef(torch.cat([joints**2, joints, ours[..., [0, 1, 5]].flatten(1)], dim=1).T)
    assert together[:18, 18:].abs().max() < 0.07


def test_what_cannot_be_kept_apart_is_placed_all_the_same():
    poses = sample_separated_poses(keys(5), 3, 10.0, RANGES, max_tries=4)
    assert (poses[..., 0] >= 0.4).all() and (poses[..., 0] <= 0.6).all()


def test_a_third_number_in_a_range_is_not_read(ours):
    # The visuomotor task's own; upstream reads the first two.
    ranges = RANGES | {"yaw": (-1.0, 1, 0)}
    assert (sample_separated_poses(keys(COUNT), NUM_OBJECTS, SEPARATION, ranges, TRIES) == ours).all()
