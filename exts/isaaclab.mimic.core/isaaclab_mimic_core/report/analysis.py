# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Success by subtask, by source demonstration and by object placement."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from ..outcomes import AttemptOutcome, FailureCause

CELL = 0.05
"""Side of the squares in which object positions are counted [m]."""


def analyse(attempts: Sequence[AttemptOutcome]) -> dict[str, Any]:
    """Count attempts and successes, as plain data for JSON.

    Returns:
        `subtasks`: `<eef>/<index>` -> attempts that began it (`begun`) and passed it, and causes of failure;
        `sources`: index of the source demonstration -> attempts that used it (`attempts`), and successes among them;
        `placements`: object -> squares in which it started: center `x`, `y` [m], env frame, and the same two counts.
    """
    return {
        "subtasks": by_subtask(attempts),
        "sources": {str(number): counts for number, counts in sorted(by_source(attempts).items())},
        "placements": {
            name: [{"x": x, "y": y, **counts} for (x, y), counts in sorted(cells.items())]
            for name, cells in by_placement(attempts).items()
        },
    }


def by_subtask(attempts: Iterable[AttemptOutcome]) -> dict[str, dict[str, Any]]:
    """Count for each subtask the attempts that began it and passed it, and the causes of failure in it.

    A failed attempt without a subtask, for example due to unstable physics, counts for the subtask that it had reached.

    Returns:
        `<eef>/<index>` -> `begun`, `passed`, and `causes`: cause -> number.
    """
    begun: Counter[str] = Counter()
    failed: dict[str, Counter[str]] = {}
    for attempt in attempts:
        began = {eef: len(used) for eef, used in attempt.sources.items()}
        begun.update(f"{eef}/{index}" for eef, count in began.items() for index in range(count))
        if not attempt.success:
            blamed = [attempt.subtask] if attempt.subtask else [f"{eef}/{n - 1}" for eef, n in began.items() if n]
            for subtask in blamed:
                failed.setdefault(subtask, Counter())[attempt.cause or FailureCause.UNKNOWN] += 1
    return {
        subtask: {
            "begun": begun[subtask],
            "passed": begun[subtask] - sum(failed.get(subtask, Counter()).values()),
            "causes": dict(failed.get(subtask, Counter())),
        }
        for subtask in sorted(begun)
    }


def by_source(attempts: Iterable[AttemptOutcome]) -> dict[int, dict[str, int]]:
    """Count for each source demonstration the attempts that used it in any subtask, and successes among them.

    Returns:
        Index of the source demonstration -> `attempts`, `succeeded`.
    """
    used = [(number, a) for a in attempts for number in {n for numbers in a.sources.values() for n in numbers}]
    return _counts(used)


def by_placement(attempts: Iterable[AttemptOutcome]) -> dict[str, dict[tuple[float, float], dict[str, int]]]:
    """Count for each object and square of side `CELL` the attempts in which it started there, and the successes.

    Returns:
        Object -> center x, y of the square [m], env frame -> `attempts`, `succeeded`.
    """
    attempts = [attempt for attempt in attempts if attempt.placement]
    names = list(dict.fromkeys(name for attempt in attempts for name in attempt.placement))

    def middle(value: float) -> float:
        return round((value // CELL + 0.5) * CELL, 4)

    return {
        name: _counts([(tuple(map(middle, a.placement[name][:2])), a) for a in attempts if name in a.placement])
        for name in names
    }


def _counts(used: list[tuple[Any, AttemptOutcome]]) -> dict[Any, dict[str, int]]:
    tried = Counter(key for key, _ in used)
    won = Counter(key for key, attempt in used if attempt.success)
    return {key: {"attempts": count, "succeeded": won[key]} for key, count in tried.items()}
