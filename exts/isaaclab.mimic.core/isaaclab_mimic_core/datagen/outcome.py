# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Why attempts fail, and how evenly they vary."""

import math
from collections.abc import Mapping, Sequence
from statistics import pstdev

import torch

from ..outcomes import FailureCause
from .plan import SubtaskPlan


def placement(pose: torch.Tensor) -> torch.Tensor:
    """Return how poses lie seen from above: (..., 4, 4) -> (..., 3): x, y [m] and the x axis's heading [rad]."""
    return torch.cat([pose[..., :2, 3], torch.atan2(pose[..., 1, 0], pose[..., 0, 0])[..., None]], dim=-1)


def explain(
    plan: SubtaskPlan, at_end: list, ever: list, far: list, reached: list[int], fulfilled: bool, fulfilled_before: bool
) -> tuple[FailureCause, str]:
    """Name the first subtask whose signal did not hold at its segment's end, and what that means.

    Args:
        plan: The task's configuration.
        at_end: Per end effector and subtask, whether the signal held at the segment's end.
        ever: The same, whether it was raised at any step of the subtask.
        far: The same, whether the end effector was far from its target at the segment's end.
        reached: Per end effector the subtask it got to.
        fulfilled: The task is fulfilled now, only not for long enough.
        fulfilled_before: It was fulfilled at some step.

    Returns:
        Cause and subtask.
    """
    for eef, names in enumerate(plan.signals):
        for index in range(len(names) - 1):
            if index < reached[eef] and not at_end[eef][index]:
                return explain_subtask(plan, eef, index, ever[eef][index], far[eef][index])
    ends = [len(names) - 1 for names in plan.signals]
    # Nothing says which end effector the task waits for; one that is not where it should be is the likeliest.
    eef = next((eef for eef, last in enumerate(ends) if far[eef][last]), 0)
    where = f"{plan.eef_names[eef]}/{ends[eef]}"
    if fulfilled:
        return FailureCause.TIME, where
    if fulfilled_before:
        return FailureCause.DROPPED, where
    return (FailureCause.OUT_OF_REACH if far[eef][ends[eef]] else FailureCause.MISPLACED), where


def explain_subtask(plan: SubtaskPlan, eef: int, subtask: int, ever: bool, far: bool) -> tuple[FailureCause, str]:
    """Say what it means that a subtask's signal does not hold.

    Args:
        plan: The task's configuration.
        eef: Which end effector.
        subtask: Which of its subtasks.
        ever: The signal was raised before.
        far: The end effector was far from its target at the segment's end.
    """
    where = f"{plan.eef_names[eef]}/{subtask}"
    if far and not ever:
        return FailureCause.OUT_OF_REACH, where
    # A signal's name is all that tells what it stands for.
    if "grasp" in (plan.signals[eef][subtask] or ""):
        return (FailureCause.DROPPED if ever else FailureCause.NOT_GRASPED), where
    return FailureCause.MISPLACED, where


def evenness(used: Mapping[int, int], num_demos: int) -> float:
    """Return how evenly sources were used, as entropy over its largest value: 0 for a single one, 1 for all alike.

    Args:
        used: How often each source was used.
        num_demos: How many there are.
    """
    total = sum(used.values())
    if total == 0 or num_demos < 2:
        return 0.0
    shares = [count / total for count in used.values() if count]
    return -sum(share * math.log(share) for share in shares) / math.log(num_demos)


def spread(placements: Sequence[Sequence[float]]) -> list[float]:
    """Return how far apart placements of one object are: standard deviations of x and y [m] and of yaw [rad].

    Args:
        placements: x, y and yaw of each, as `placement` gives them; empty: all zero.
    """
    if not placements:
        return [0.0, 0.0, 0.0]
    x, y, yaw = zip(*placements, strict=True)
    # Headings have no mean to be far from; how short their mean vector is says how far apart they are.
    mean = math.hypot(sum(map(math.cos, yaw)), sum(map(math.sin, yaw))) / len(yaw)
    return [pstdev(x), pstdev(y), math.sqrt(-2.0 * math.log(min(max(mean, 1e-9), 1.0)))]
