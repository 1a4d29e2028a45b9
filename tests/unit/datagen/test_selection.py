# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Which source is chosen: upstream's order of nearness, each of the nearest equally often."""

import pytest
import torch
from isaaclab_mimic.datagen.datagen_info import DatagenInfo
from isaaclab_mimic.datagen.selection_strategy import make_selection_strategy
from scripted_env import random_poses

from isaaclab_mimic_core.datagen.config_checks import STRATEGIES
from isaaclab_mimic_core.datagen.sources.selection import pose_distance, select

NUM_DEMOS = 8
NEAREST = [name for name in STRATEGIES if name != "random"]


def choose(strategy: str, nn_k: int, draw: torch.Tensor, poses: tuple, weights=(1.0, 1.0)) -> torch.Tensor:
    rows = len(draw)
    weight = [torch.full((rows,), value) for value in weights]
    spread = [None if pose is None else pose.expand(rows, *pose.shape) for pose in poses]
    return select(torch.full((rows,), STRATEGIES.index(strategy)), torch.full((rows,), nn_k), *weight, *spread, draw)


def draws_for_each_rank(count: int) -> torch.Tensor:
    return (torch.arange(count) + 0.5) / count


@pytest.fixture
def poses() -> tuple:
    """Object now, object then, end effector now, end effector then; the middle two by demonstration."""
    torch.manual_seed(0)
    return random_poses(), random_poses(NUM_DEMOS), random_poses(), random_poses(NUM_DEMOS)


def upstream_order(monkeypatch, strategy: str, nn_k: int, poses: tuple, weights) -> list[int]:
    """Return upstream's choice for each value that its random rank can take."""
    object_now, object_then, eef_now, eef_then = poses
    infos = [
        DatagenInfo(eef_pose=eef_then[i][None], object_poses={"object": object_then[i][None]}) for i in range(NUM_DEMOS)
    ]
    order = []
    for rank in range(min(nn_k, NUM_DEMOS)):
        monkeypatch.setattr(torch, "randint", lambda low, high, size, rank=rank: torch.tensor([rank]))
        kwargs = {"nn_k": nn_k, "pos_weight": weights[0], "rot_weight": weights[1]}
        order.append(int(make_selection_strategy(strategy).select_source_demo(eef_now, object_now, infos, **kwargs)))
    return order


@pytest.mark.parametrize("weights", [(1.0, 1.0), (1.0, 0.0), (0.0, 1.0), (3.0, 0.5)])
@pytest.mark.parametrize("nn_k", [1, 3, NUM_DEMOS, 100])
@pytest.mark.parametrize("strategy", NEAREST)
def test_nearest_in_upstreams_order(monkeypatch, poses, strategy, nn_k, weights):
    expected = upstream_order(monkeypatch, strategy, nn_k, poses, weights)
    assert choose(strategy, nn_k, draws_for_each_rank(len(expected)), poses, weights).tolist() == expected


@pytest.mark.parametrize(("strategy", "nn_k", "count"), [("random", 1, NUM_DEMOS), *((name, 3, 3) for name in NEAREST)])
def test_each_of_the_nearest_equally_often(poses, strategy, nn_k, count):
    per_source = 100
    chosen = choose(strategy, nn_k, draws_for_each_rank(count * per_source), poses)
    sources, times = chosen.unique(return_counts=True)
    assert len(sources) == count
    assert (times == per_source).all()


def test_the_ends_of_the_interval_are_no_exception(poses):
    draw = torch.tensor([0.0, 1.0])
    assert choose("random", 1, draw, poses).unique().numel() == 2
    assert choose("nearest_neighbor_object", 1, draw, poses).unique().numel() == 1


def test_the_objects_distance_asks_for_no_end_effector(poses):
    draw = draws_for_each_rank(NUM_DEMOS)
    without = (*poses[:2], None, None)
    for strategy in ("random", "nearest_neighbor_object"):
        assert torch.equal(choose(strategy, 100, draw, without), choose(strategy, 100, draw, poses))


def test_rows_follow_their_own_strategy(poses):
    strategies = torch.tensor([STRATEGIES.index(name) for name in NEAREST])
    ones, spread = torch.ones(2), [pose.expand(2, *pose.shape) for pose in poses]
    both = select(strategies, torch.ones(2, dtype=torch.long), ones, ones, *spread, ones / 2)
    assert both.tolist() == [int(choose(name, 1, torch.tensor([0.5]), poses)) for name in NEAREST]


def test_distance_is_metres_plus_radians():
    a = torch.eye(4)
    b = a.clone()
    b[:2, :2] = torch.tensor([[0.0, -1.0], [1.0, 0.0]])
    b[0, 3] = 0.3
    weights = torch.tensor(2.0), torch.tensor(10.0)
    assert float(pose_distance(a, b, *weights)) == pytest.approx(2 * 0.3 + 10 * torch.pi / 2, rel=1e-6)
    assert float(pose_distance(b, b, *weights)) == pytest.approx(0.0, abs=1e-2)


def choose_within_reach(strategy: str, nn_k: int, draw: torch.Tensor, poses: tuple, off: list[float], skip=0):
    """Choose where the arm misses each source's poses by so many metres."""
    rows, one = len(draw), torch.ones(len(draw))
    miss = torch.tensor(off)[None, :, None, None].expand(rows, -1, 4, 2) * torch.tensor([1.0, 0.0])
    spread = [pose.expand(rows, *pose.shape) for pose in poses]
    strategies = torch.full((rows,), STRATEGIES.index(strategy))
    return select(strategies, torch.full((rows,), nn_k), one, one, *spread, draw, skip=skip, miss=miss)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_what_the_arm_cannot_follow_is_left_to_retries(poses, strategy):
    draw = draws_for_each_rank(100)
    off = [0.001, 0.2, 0.2, 0.004, 0.2, 0.2, 0.2, 0.03]
    assert choose_within_reach(strategy, 3, draw, poses, off).unique().tolist() == [0, 3]
    # The best of those that it cannot follow comes next.
    again = choose_within_reach(strategy, 3, torch.full((1,), 0.999), poses, off, skip=1)
    assert again.tolist() == [7]
    # Where it can follow all of them the same well, nothing changes.
    same = choose_within_reach(strategy, 3, draw, poses, [0.001] * NUM_DEMOS)
    assert torch.equal(same, choose(strategy, 3, draw, poses))


def test_if_it_cannot_follow_any_the_best_is_taken(poses):
    off = [0.09, 0.08, 0.07, 0.02, 0.05, 0.06, 0.05, 0.06]
    assert choose_within_reach("random", 3, draws_for_each_rank(50), poses, off).unique().tolist() == [3]
