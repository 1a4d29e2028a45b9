# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A planner without a model of the robot: straight up, across above everything in the way, straight down."""

import torch

from ... import rotations
from .contract import Query, Transition


class LiftTravelDescend:
    """Moves the end effector and the held object over the other objects, which it treats as balls.

    Args:
        step: How far it goes in a step [m].
        turn: How far it turns in a step at most [rad]; it turns while it travels.
        radius: Of every object [m].
        clearance: Kept above the objects on the path, and beside them [m].
        max_waypoints: A longer path is not found [steps].
    """

    def __init__(
        self,
        step: float = 0.01,
        turn: float = 0.05,
        radius: float = 0.035,
        clearance: float = 0.02,
        max_waypoints: int = 160,
    ):
        self._step, self._turn, self._radius, self._clearance = step, turn, radius, clearance
        self.max_waypoints = max_waypoints

    def plan(self, query: Query) -> Transition:
        """Return paths. None is found where another object lies below the goal, or where the path is too long."""
        start, goal = query.start[:, :3, 3], query.goal[:, :3, 3]
        others = query.objects[:, :, :3, 3]
        here = torch.arange(others.shape[1], device=start.device)[None]
        held = here == query.held[:, None]
        # What hangs from the hand has to pass over the objects too.
        hangs = torch.where(held, start[:, None, 2] - others[..., 2] + self._radius, 0.0).clamp_min(0).amax(dim=1)
        top = others[..., 2] + self._radius
        beside = _distance_to_path(others[..., :2], start[:, None, :2], goal[:, None, :2])
        in_the_way = ~held & (beside < self._radius + self._clearance)
        over = torch.where(in_the_way, top + self._clearance + hangs[:, None], -torch.inf).amax(dim=1)
        height = over.maximum(start[:, 2]).maximum(goal[:, 2])

        # The goal is close to its own object, and possibly to the object below that.
        reference = here == query.reference[:, None]
        allowed = torch.where(reference, top, -torch.inf).amax(dim=1).maximum(goal[:, 2] - hangs)
        under = (others[..., :2] - goal[:, None, :2]).norm(dim=-1) < self._radius
        blocked = (~held & under & (top > allowed[:, None])).any(dim=1)

        rotvec = rotations.vector_from_matrix(query.goal[:, :3, :3] @ query.start[:, :3, :3].transpose(-1, -2))
        angle = rotvec.norm(dim=-1)
        lift, descent = height - start[:, 2], height - goal[:, 2]
        travel = (goal[:, :2] - start[:, :2]).norm(dim=-1)
        across = (travel / self._step).maximum(angle / self._turn)
        # A little less than a whole number of steps is that number; rounding must not add one.
        counts = (torch.stack([lift / self._step, across, descent / self._step], dim=1) - 1e-3).ceil().clamp_min(0)
        first, second, third = counts.unbind(dim=1)
        length = (counts.sum(dim=1).long() - 1).clamp_min(0)

        index = torch.arange(1, self.max_waypoints + 1, device=start.device)[None]
        up = _fraction(index, first)
        along = _fraction(index - first[:, None], second)
        down = _fraction(index - (first + second)[:, None], third)
        xy = start[:, None, :2] + along[..., None] * (goal - start)[:, None, :2]
        z = start[:, None, 2] + up * lift[:, None] - down * descent[:, None]
        axis = rotvec / angle.clamp_min(1e-9)[:, None]
        turns = rotations.matrix_from_axis(axis[:, None], along * angle[:, None])
        poses = query.start[:, None].repeat(1, self.max_waypoints, 1, 1)
        poses[..., :3, :3] = turns @ query.start[:, None, :3, :3]
        poses[..., :2, 3], poses[..., 2, 3] = xy, z
        found = ~blocked & (length <= self.max_waypoints)
        return Transition(poses, length.clamp_max(self.max_waypoints), found)


def _fraction(index: torch.Tensor, count: torch.Tensor) -> torch.Tensor:
    """Return how much of a leg of `count` (K,) steps is done after `index` (K, W) steps: (K, W), from 0 to 1."""
    return torch.where(count[:, None] > 0, index / count.clamp_min(1)[:, None], (index > 0).float()).clamp(0, 1)


def _distance_to_path(points: torch.Tensor, start: torch.Tensor, end: torch.Tensor) -> torch.Tensor:
    """Return how far points are from the straight path between two others: (K, O, 2), (K, 1, 2) twice -> (K, O)."""
    path = end - start
    share = ((points - start) * path).sum(dim=-1) / (path * path).sum(dim=-1).clamp_min(1e-9)
    return (points - start - share.clamp(0, 1)[..., None] * path).norm(dim=-1)
