# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The planner: up, across above everything in the way, down; and when there is no way."""

import pytest
import torch

from isaaclab_mimic_core import rotations
from isaaclab_mimic_core.datagen.planning import LiftTravelDescend, Query, Transition

STEP, TURN, RADIUS, CLEARANCE = 0.01, 0.05, 0.03, 0.02
AWAY = (5.0, 5.0, 0.0)


def pose(*position: float, yaw: float = 0.0) -> torch.Tensor:
    matrix = torch.eye(4)
    matrix[:3, :3] = rotations.matrix_from_axis(torch.tensor([0.0, 0.0, 1.0]), torch.tensor(yaw))
    matrix[:3, 3] = torch.tensor(position)
    return matrix


def plan(start, goal, *objects, reference: int = -1, held: int = -1, max_waypoints: int = 120) -> Transition:
    """Plan one way past objects at these places."""
    places = torch.stack([pose(*place) for place in objects or [AWAY]])[None]
    planner = LiftTravelDescend(STEP, TURN, RADIUS, CLEARANCE, max_waypoints)
    return planner.plan(
        Query(torch.tensor([0]), 0, start[None], goal[None], places, torch.tensor([reference]), torch.tensor([held]))
    )


def way(transition: Transition) -> torch.Tensor:
    assert bool(transition.found[0])
    return transition.poses[0, : int(transition.length[0])]


def test_a_way_goes_up_across_and_down_in_equal_steps():
    start, goal = pose(0.0, 0.0, 0.1), pose(0.2, 0.0, 0.15)
    path = torch.cat([start[None], way(plan(start, goal)), goal[None]])[:, :3, 3]
    steps = (path[1:] - path[:-1]).norm(dim=-1)
    torch.testing.assert_close(steps, torch.full((25,), STEP))
    # First the 5 cm that the goal is higher, then across.
    torch.testing.assert_close(path[5], torch.tensor([0.0, 0.0, 0.15]))
    assert (path[5:, 2] - 0.15).abs().max() < 1e-6


def test_what_stands_in_the_way_is_passed_over_and_what_stands_beside_is_not():
    start, goal = pose(0.0, 0.0, 0.05), pose(0.3, 0.0, 0.05)
    over = way(plan(start, goal, (0.15, 0.04, 0.03)))[:, :3, 3]
    above = over[(over[:, 0] - 0.15).abs() < RADIUS]
    assert len(above) and (above[:, 2] >= 0.03 + RADIUS + CLEARANCE - 1e-6).all()
    beside = way(plan(start, goal, (0.15, 0.06, 0.03)))[:, 2, 3]
    assert (beside - 0.05).abs().max() < 1e-6


def test_what_is_held_passes_over_too_and_is_in_nobodys_way():
    start, goal = pose(0.0, 0.0, 0.1), pose(0.3, 0.0, 0.1)
    held, other = (0.0, 0.0, 0.06), (0.15, 0.0, 0.03)
    empty = way(plan(start, goal, AWAY, other))[:, 2, 3].max()
    carrying = way(plan(start, goal, held, other, held=0))[:, 2, 3].max()
    assert float(empty) == pytest.approx(0.1)
    # The held ball reaches 4 + 3 cm below the hand.
    assert float(carrying) == pytest.approx(0.03 + RADIUS + CLEARANCE + 0.07, abs=1e-6)


def test_it_turns_while_it_travels_no_faster_than_it_may():
    start, goal = pose(0.0, 0.0, 0.1, yaw=0.3), pose(0.05, 0.0, 0.1, yaw=0.3 + 20 * TURN)
    path = torch.cat([start[None], way(plan(start, goal)), goal[None]])
    assert len(path) == 21
    turned = rotations.vector_from_matrix(path[1:, :3, :3] @ path[:-1, :3, :3].transpose(-1, -2)).norm(dim=-1)
    torch.testing.assert_close(turned, torch.full((20,), TURN), atol=1e-4, rtol=0)


def test_no_way_down_onto_what_is_not_the_subtasks_own_object():
    start, goal, below = pose(0.0, 0.0, 0.1), pose(0.3, 0.0, 0.05), (0.3, 0.0, 0.03)
    assert not plan(start, goal, below).found.item()
    assert plan(start, goal, below, reference=0).found.item()
    # What the subtask's own object stands on is not in the way either.
    assert plan(start, pose(0.3, 0.0, 0.1), (0.3, 0.0, 0.09), below, reference=0).found.item()


def test_a_way_that_is_too_long_is_not_found():
    start, goal = pose(0.0, 0.0, 0.1), pose(0.2, 0.0, 0.1)
    assert plan(start, goal, max_waypoints=19).found.item()
    shorter = plan(start, goal, max_waypoints=18)
    assert not shorter.found.item() and shorter.poses.shape[1] == 18 and int(shorter.length) <= 18


def test_where_it_already_is_there_is_nothing_to_do():
    here = pose(0.1, 0.2, 0.3, yaw=1.0)
    assert len(way(plan(here, here))) == 0


def test_rows_do_not_know_of_each_other():
    torch.manual_seed(0)
    count = 20

    def poses(*shape: int) -> torch.Tensor:
        result = torch.eye(4).repeat(*shape, 1, 1)
        result[..., :3, 3] = torch.rand(*shape, 3) * 0.08
        return result

    start, goal, objects = poses(count), poses(count), poses(count, 3)
    reference, held = torch.randint(-1, 3, (count,)), torch.randint(-1, 3, (count,))
    planner = LiftTravelDescend()
    together = planner.plan(Query(torch.arange(count), 0, start, goal, objects, reference, held))
    assert together.found.any() and not together.found.all()
    for k in range(count):
        one = slice(k, k + 1)
        alone = planner.plan(
            Query(torch.tensor([k]), 0, start[one], goal[one], objects[one], reference[one], held[one])
        )
        assert torch.equal(alone.found[0], together.found[k]) and torch.equal(alone.length[0], together.length[k])
        torch.testing.assert_close(alone.poses[0], together.poses[k])


def test_what_is_not_finite_has_no_way():
    broken = pose(0.0, 0.0, 0.1)
    broken[0, 3] = float("nan")
    transition = plan(broken, pose(0.2, 0.0, 0.1))
    assert not transition.found.item() and 0 <= int(transition.length) <= 120
