# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What some attempts say of a task's descriptor, subtask by subtask."""

from collections import Counter
from collections.abc import Mapping, Sequence

from ...datagen.config import Subtask
from ...outcomes import AttemptOutcome, FailureCause

_ADVICE = {
    FailureCause.NOT_GRASPED: "cut later or earlier (subtask_term_offset_range), less action_noise, or see "
    "that {signal} says what a grasp is",
    FailureCause.DROPPED: "less action_noise while it is held, or cut later (subtask_term_offset_range)",
    FailureCause.MISPLACED: "a wider tolerance in {signal}, less action_noise, or another object_ref: is {object} what "
    "the motion depends on?",
    FailureCause.PUSHED: "--planner lift, or more num_interpolation_steps",
    FailureCause.OUT_OF_REACH: "another object_ref, or demonstrations in more places",
    FailureCause.TIME: "success that asks for less, or an object_ref on which the end of the motion depends",
    FailureCause.DEADLOCK: "other constraints: two of them wait for each other",
}
"""Cause of failure -> what to change about its subtask."""


def verdict(
    subtasks: Mapping[str, Sequence[Subtask]], outcomes: Sequence[AttemptOutcome]
) -> tuple[list[str], dict[str, dict[str, int]]]:
    """Return lines that say how each subtask went and what to change, and the figures by `<eef>/<subtask>`.

    Args:
        subtasks: The subtasks by end effector.
        outcomes: The attempts.
    """
    failed = Counter(outcome.subtask for outcome in outcomes if not outcome.success)
    succeeded = sum(outcome.success for outcome in outcomes)
    retries = sum(outcome.retries for outcome in outcomes)
    again = f", {retries} subtasks tried again" if retries else ""
    lines = [f"{succeeded} of {len(outcomes)} attempts succeeded ({succeeded / max(1, len(outcomes)):.0%}){again}"]
    figures = {}
    for eef, listed in subtasks.items():
        for index, subtask in enumerate(listed):
            where = f"{eef}/{index}"
            begun = sum(len(outcome.sources.get(eef, ())) > index for outcome in outcomes)
            figures[where] = {"begun": begun, "failed": failed[where]}
            name = subtask.description or subtask.signal or "to the end"
            lines.append(f"  {eef} {index + 1}, {name}: {begun - failed[where]} of {begun}")
            causes = Counter(outcome.cause for outcome in outcomes if outcome.subtask == where and not outcome.success)
            lines += [f"      {_advised(cause, count, subtask)}" for cause, count in causes.most_common()]
    elsewhere = Counter(outcome.cause for outcome in outcomes if not outcome.success and outcome.subtask not in figures)
    lines += [f"  {_advised(cause, count, None)}" for cause, count in elsewhere.most_common()]
    return lines, figures


def _advised(cause: FailureCause, count: int, subtask: Subtask | None) -> str:
    """Return how often something failed, and what to change."""
    line = f"{count} x {cause.label or 'failed'}"
    if cause.meaning:
        line += f" ({cause.meaning})"
    if cause not in _ADVICE:
        return line
    signal = (subtask.signal if subtask else None) or "success"
    object_ref = (subtask.object_ref if subtask else None) or "an object"
    return f"{line}: try {_ADVICE[cause].format(signal=signal, object=object_ref)}"
