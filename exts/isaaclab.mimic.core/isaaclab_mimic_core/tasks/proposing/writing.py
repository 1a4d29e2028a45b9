# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A proposal as a descriptor with comments, and in words for a terminal."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from ..descriptors.writing import format_content
from .goals import Goal
from .proposal import Proposal, Proposed
from .statements import plain


def format_proposal(proposal: Proposal, env: str, name: str, source: str, with_success: bool) -> str:
    """Return a descriptor in YAML, with comments that say what each subtask was told by.

    Args:
        proposal: The subtasks.
        env: Name of the environment in gymnasium's registry.
        name: Name of the task.
        source: Where the demonstrations are.
        with_success: Whether to say what success is, because the environment does not.
    """
    several = len(proposal.subtasks) > 1
    head = [f"# Proposed by mimic task init from {_count(proposal)} of {source}."]
    head += [f"# {demo} shows other subtasks: {what}" for demo, what in proposal.others.items()]
    head += ["# What it does: mimic task check; what the keys mean: docs/own-task.md"]
    policy = {"select_src_per_arm": True} if several else {"select_src_per_subtask": True}
    lines = [*head, *format_content({"name": name, "env": env, "generation_policy": policy}), ""]
    lines += [f"# {line}" for goal in proposal.goals for line in textwrap.wrap(f"{_told(goal)}.", 108)]
    if proposal.goals:
        lines += [*format_content({"frames": {goal.name: {"pos": list(goal.pos)} for goal in proposal.goals}}), ""]
    lines.append("subtasks:")
    for eef, subtasks in proposal.subtasks.items():
        lines.append(f"  {eef}:")
        for subtask in subtasks:
            lines += [f"    {line}" for line in _comment(subtask)]
            lines += [f"    {line}" for line in format_content([_keyed(subtask)])]
    if proposal.constraints:
        lines += ["", "# Two hands move one object in step, or one makes room before the other comes."]
        lines += format_content({"constraints": list(proposal.constraints)})
    if proposal.signals:
        signals = {each: plain(statement, several) for each, statement in proposal.signals.items()}
        lines += ["", "# Lengths in meters; object frames are in the middle of most objects."]
        lines += format_content({"signals": signals})
    if with_success:
        lines += ["", *_success(proposal, several)]
    return "\n".join(lines) + "\n"


def format_seen(proposal: Proposal, with_success: bool) -> list[str]:
    """Return what was seen of each subtask, and how sure it is, in lines.

    Args:
        proposal: The subtasks.
        with_success: As for `format_proposal`.
    """
    lines = [f"Subtasks that {_count(proposal)} show:"]
    for eef, subtasks in proposal.subtasks.items():
        for number, subtask in enumerate(subtasks, 1):
            relative = f" relative to {subtask.object_ref}" if subtask.object_ref else ""
            until = f", until {subtask.signal}" if subtask.signal else ", to the end"
            lines.append(f"  {eef} {number}: {subtask.fields['description']}{relative}{until} ({subtask.sure})")
            lines.append(f"      {subtask.seen}{_range(subtask.marks)}")
            lines += [f"      ! {doubt}" for doubt in subtask.doubts]
    lines += [f"  frame {_told(goal)}" for goal in proposal.goals]
    if with_success and proposal.doubts:
        lines.append(f"  success ({'unsure' if proposal.success else 'left out'})")
        lines += [f"      ! {doubt}" for doubt in proposal.doubts]
    lines += [f"  {demo} shows other subtasks: {what}" for demo, what in proposal.others.items()]
    return [*lines, *(f"  {note}" for note in proposal.notes)]


def _told(goal: Goal) -> str:
    """Return what was seen of a goal."""
    return (
        f"{goal.name}: {goal.object} ends within {100 * goal.spread:.1f} cm of it, and begins up to"
        f" {100 * goal.began:.0f} cm from where it does on average"
    )


def _count(proposal: Proposal) -> str:
    of, agree = len(proposal.demos) + len(proposal.others), len(proposal.demos)
    if of == 1:
        return proposal.demos[0]
    return f"{agree} of {of} demonstrations" if agree < of else f"{of} demonstrations"


def _success(proposal: Proposal, several: bool) -> list[str]:
    """Return what success is, with comments."""
    lines = ["# The environment does not say what success is."]
    lines += [f"# ! {doubt}" for doubt in proposal.doubts]
    if proposal.success is None:
        return [*lines, "# Add it, for example: success: {lifted: {object: NAME, height: 0.1}}"]
    if not proposal.doubts:
        lines[0] += f" This held at the end of {_count(proposal)}."
    return [*lines, *format_content({"success": plain(proposal.success, several)})]


def _keyed(subtask: Proposed) -> dict[str, Any]:
    fields = dict(subtask.fields)
    keyed = {"object_ref": subtask.object_ref, "description": fields.pop("description")}
    if subtask.signal is not None:
        keyed["subtask_term_signal"] = subtask.signal
    return keyed | fields


def _comment(subtask: Proposed) -> Sequence[str]:
    text = f"{subtask.sure.capitalize()}: {subtask.seen}{_range(subtask.marks)}"
    lines = textwrap.wrap(f"{text}.", 108) + [f"! {doubt}" for doubt in subtask.doubts]
    return [f"# {line}" for line in lines]


def _range(marks: Mapping[str, int]) -> str:
    """Return where a signal rises."""
    if not marks:
        return ""
    low, high = min(marks.values()), max(marks.values())
    return f"; the signal rises at step {low}" + (f" to {high}" if high > low else "")
