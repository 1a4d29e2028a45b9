# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""How an attempt ended, and why."""

from dataclasses import dataclass

from .plan import SubtaskPlan


@dataclass(frozen=True)
class Outcome:
    """How one attempt ended."""

    env: int
    attempt: int
    success: bool
    steps: int
    """Steps of the demonstration; what was taken back by second tries does not count."""
    cause: str
    """not_grasped, dropped, misplaced, unstable or deadlock; empty on success."""
    subtask: str
    """Where it failed: `<eef>/<subtask index>`; empty on success or if that is not known."""
    sources: dict[str, list[int]]
    """Per end effector the index of the source demonstration used in each subtask begun."""
    segments: dict[str, list[tuple[int, int]]]
    """Per end effector the first step and end (exclusive) of each source segment used."""
    retries: int = 0
    """Second tries it took."""


def explain(plan: SubtaskPlan, at_end: list, ever: list, reached: list[int]) -> tuple[str, str]:
    """Name the first subtask whose signal did not hold at its segment's end, and what that means.

    Args:
        plan: The task's configuration.
        at_end: Per end effector and subtask, whether the signal held at the segment's end.
        ever: The same, whether it was raised at any step of the subtask.
        reached: Per end effector the subtask it got to.

    Returns:
        Cause and subtask.
    """
    for eef, names in enumerate(plan.signals):
        for index in range(len(names) - 1):
            if index < reached[eef] and not at_end[eef][index]:
                return explain_subtask(plan, eef, index, ever[eef][index])
    return "misplaced", f"{plan.eef_names[0]}/{len(plan.signals[0]) - 1}"


def explain_subtask(plan: SubtaskPlan, eef: int, subtask: int, ever: bool) -> tuple[str, str]:
    """Say what it means that a subtask's signal does not hold; `ever`: it was raised before."""
    where = f"{plan.eef_names[eef]}/{subtask}"
    # A signal's name is all that tells what it stands for.
    if "grasp" in (plan.signals[eef][subtask] or ""):
        return ("dropped" if ever else "not_grasped"), where
    return "misplaced", where
