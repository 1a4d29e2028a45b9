# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What is told of an attempt: where a demonstration comes from, for its attributes, and the event of its end."""

from math import isfinite
from typing import TYPE_CHECKING

from ...events import AttemptFinished

if TYPE_CHECKING:
    from ...datagen.outcome import Outcome
    from ...datagen.source_bank import SourceBank


def generated_from(outcome: "Outcome", bank: "SourceBank", run: dict, num_envs: int) -> dict:
    """Return what is to be known of an attempt: sources and segments per subtask, its number, place and second tries.

    Args:
        outcome: How it ended.
        bank: The source demonstrations.
        run: What all attempts have in common.
        num_envs: Environments side by side. Physics repeats to the bit in the same environment only: at another
            distance from the origin it rounds otherwise.
    """
    sources = {
        eef: [
            {"demo": bank.names[source], "segment": list(segment)}
            for source, segment in zip(used, outcome.segments[eef], strict=True)
        ]
        for eef, used in outcome.sources.items()
    }
    place = {"attempt": outcome.attempt, "env": outcome.env, "num_envs": num_envs}
    generated = {**run, **place, "retries": outcome.retries, "sources": sources}
    if not outcome.success:
        generated |= {"cause": outcome.cause, "subtask": outcome.subtask}
    return generated


def attempt_finished(outcome: "Outcome") -> AttemptFinished:
    """Return the event that tells of an attempt's end."""
    return AttemptFinished(
        outcome.attempt,
        outcome.env,
        outcome.success,
        outcome.steps,
        outcome.cause,
        outcome.subtask,
        outcome.sources,
        # A placement that is not finite is none, and JSON has no name for it.
        {name: [round(v, 4) for v in where] for name, where in outcome.placement.items() if isfinite(sum(where))},
    )
