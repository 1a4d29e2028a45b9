# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What the generator asks of a motion planner: paths of one end effector to where its next segments begin.

For many environments at once, where isaaclab_mimic.motion_planners.MotionPlannerBase (Isaac Lab 3.0.0) plans for one.
"""

from dataclasses import dataclass
from typing import Protocol

import torch


@dataclass(frozen=True)
class Query:
    """Paths that are wanted: K environments in which an end effector begins a subtask. Environment frames [m]."""

    rows: torch.Tensor
    """(K,) int64: the environments."""
    eef: int
    """Index of the end effector."""
    start: torch.Tensor
    """(K, 4, 4) where it is."""
    goal: torch.Tensor
    """(K, 4, 4) the first pose of its segment."""
    objects: torch.Tensor
    """(K, O, 4, 4) all objects."""
    reference: torch.Tensor
    """(K,) int64: the subtask's own object, which the goal may be close to; -1 for none."""
    held: torch.Tensor
    """(K,) int64: the object in its gripper; -1 for none."""


@dataclass(frozen=True)
class Transition:
    """Paths, start and goal excluded."""

    poses: torch.Tensor
    """(K, W, 4, 4), W at most the planner's `max_waypoints`; row k uses the first `length[k]`."""
    length: torch.Tensor
    """(K,) int64."""
    found: torch.Tensor
    """(K,) bool: whether there is a path; if not, the subtask has failed with cause `no_path`."""


class TransitionPlanner(Protocol):
    """A motion planner. It must not draw random numbers of its own: an attempt's outcome is a function of its seed."""

    max_waypoints: int
    """Largest number of waypoints of a path [steps]; the generator's buffers have room for them."""

    def plan(self, query: Query) -> Transition:
        """Return the paths that are wanted, on the query's device."""
        ...
