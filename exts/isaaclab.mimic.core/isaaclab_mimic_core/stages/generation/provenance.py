# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Where a demonstration comes from, for its attributes."""

from collections.abc import Sequence

from ...outcomes import AttemptOutcome


def generated_from(outcome: AttemptOutcome, names: Sequence[str], run: dict, num_envs: int) -> dict:
    """Return the provenance of an attempt: sources, segments and ends per subtask, its number, environment and retries.

    Args:
        outcome: Its outcome.
        names: Names of the source demonstrations.
        run: Attributes that all attempts of the run share.
        num_envs: Number of environments. Physics repeats bit by bit only in the same environment, because rounding
            depends on the distance from the origin.
    """
    sources = {
        eef: [
            {"demo": names[source], "segment": segment} | ({"end": end} if end else {})
            for source, segment, end in zip(used, outcome.segments[eef], outcome.ends[eef], strict=True)
        ]
        for eef, used in outcome.sources.items()
    }
    place = {"attempt": outcome.attempt, "env": outcome.env, "num_envs": num_envs}
    generated = {**run, **place, "retries": outcome.retries, "sources": sources}
    if not outcome.success:
        generated |= {"cause": outcome.cause, "subtask": outcome.subtask}
    return generated
