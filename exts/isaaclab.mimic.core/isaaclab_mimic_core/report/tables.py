# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Tables of a report."""

from collections import Counter

from . import labels
from .analysis import by_source, by_subtask
from .contents import Contents
from .page import Table
from .run import RunRecord


def subtask_ids(record: RunRecord, made: Contents) -> set[str]:
    """Return `<eef>/<index>` of all subtasks that were begun or failed."""
    used = [attempt.sources for attempt in record.attempts] + [demo.sources for demo in made.demos]
    begun = {f"{eef}/{index}" for sources in used for eef, parts in sources.items() for index in range(len(parts))}
    return begun | {subtask for subtask, _ in record.failures if subtask}


def subtasks_table(record: RunRecord, names: dict[str, str]) -> Table | None:
    """Return a table of the attempts that began and passed each subtask; None if unknown.

    For arms of few joints also by how much they missed the poses of their sources.
    """
    counts, misses = by_subtask(record.attempts), record.summary.get("misses", {})
    rows = [
        [
            names.get(subtask, subtask),
            counts[subtask]["begun"],
            counts[subtask]["passed"],
            labels.percent(counts[subtask]["passed"] / counts[subtask]["begun"]),
            *(_missed(misses.get(subtask, {})) if misses else ()),
        ]
        for subtask in sorted(counts, key=labels.subtask_key)
    ]
    columns, note = ["by subtask", "begun", "passed", "success rate"], ""
    if misses:
        columns += ["missed by", "at most"]
        note = (
            "Missed by: how far from poses that the arm cannot take it was told to go instead, the median of the "
            "segments' worst poses."
        )
    return Table(columns, rows, note=note) if rows else None


def _missed(miss: dict[str, list[float]]) -> list[str]:
    """Return the median and the largest miss of a subtask in words; nothing where it is unknown."""
    values = [miss.get(name) for name in ("median", "largest")]
    return ["" if value is None else f"{value[0]:.1f} mm, {value[1]:.0f} deg" for value in values]


def causes_table(record: RunRecord, names: dict[str, str]) -> Table | None:
    """Return a table of the failed attempts by subtask and cause; None if none failed."""
    counts = record.failures
    order = sorted(counts, key=lambda key: (-counts[key], labels.subtask_key(key[0]), key[1]))
    rows = [
        [
            names.get(subtask, subtask),
            cause.label,
            counts[subtask, cause],
            labels.percent(counts[subtask, cause] / len(record.attempts)),
            cause.meaning,
        ]
        for subtask, cause in order
    ]
    return Table(["subtask", "cause", "attempts", "of all", "what it means"], rows) if rows else None


def sources_table(record: RunRecord, given: Contents | None, made: Contents) -> Table | None:
    """Return a table of the saved demonstrations and attempts that used each source demonstration; None if unknown.

    Attempts name their sources by index in the source dataset. Without that file only saved demonstrations are counted.
    """
    segments = Counter(name for demo in made.demos for used in demo.sources.values() for name in used)
    saved = Counter(name for demo in made.demos for name in {name for used in demo.sources.values() for name in used})
    lengths = {demo.name: demo.steps for demo in given.demos} if given else {}
    order = list(lengths)
    counted = {order[n]: c for n, c in by_source(record.attempts).items() if 0 <= n < len(order)}
    tried = Counter({name: counts["attempts"] for name, counts in counted.items()})
    won = Counter({name: counts["succeeded"] for name, counts in counted.items()})
    names = list(dict.fromkeys([*lengths, *sorted(segments)]))
    if not names or not (segments or tried):
        return None
    rows = [
        [
            name,
            lengths.get(name),
            segments[name],
            saved[name],
            tried[name],
            labels.percent(won[name] / tried[name]) if tried[name] else "",
        ]
        for name in names
    ]
    columns = ["source", "steps", "segments", "demos", "attempts", "succeeded"]
    note = "Segments: how many of its segments are in saved demonstrations; demos: in how many of these."
    if tried:
        note += " Attempts: how many used it in any subtask, and what share of them succeeded."
    else:
        rows, columns = [row[:4] for row in rows], columns[:4]
    return Table(columns, rows, note=note)


def demos_table(record: RunRecord, made: Contents) -> Table | None:
    """Return a table of the saved demonstrations and their sources; None if none was saved."""
    if not made.demos:
        return None
    ended = {attempt.attempt: attempt for attempt in record.attempts if attempt.success}
    rows = []
    for demo in made.demos:
        attempt = ended.get(demo.attempt) if demo.attempt is not None else None
        rows.append(
            [
                demo.name,
                demo.steps,
                "" if demo.attempt is None else str(demo.attempt),
                "" if attempt is None else str(attempt.env),
                _sources_text(demo.sources),
            ]
        )
    return Table(["demonstration", "steps", "attempt", "environment", "sources, subtask by subtask"], rows)


def _sources_text(sources: dict[str, list[str]]) -> str:
    if len(sources) == 1:
        return labels.sequence(next(iter(sources.values())))
    return "; ".join(f"{eef}: {labels.sequence(used)}" for eef, used in sources.items())
