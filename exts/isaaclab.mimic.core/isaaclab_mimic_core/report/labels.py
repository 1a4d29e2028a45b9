# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Format identifiers, numbers and counts for plots and tables."""

from collections.abc import Iterable
from itertools import groupby

from ..datasets import layout


def words(name: str) -> str:
    """Return an identifier with spaces: `num_envs` as `num envs`."""
    return name.replace("_", " ")


def short(name: str, most: int = 30) -> str:
    """Shorten a name to at most `most` characters, and keep its end, in which names usually differ."""
    return name if len(name) <= most else f"…{name[1 - most :]}"


def subtask_key(name: str) -> list:
    """Return a sort key for `<eef>/<index>` that puts an empty name last."""
    return [not name, *layout.natural_order(name)]


def subtask_names(subtasks: Iterable[str], signals: list[str]) -> dict[str, str]:
    """Return labels of subtasks, with the signal that ends each if it is known.

    A file does not say which end effector a signal belongs to. Therefore signals are named only if there is one end
    effector and every subtask but the last has a signal.

    Args:
        subtasks: `<eef>/<index>` of all subtasks; empty for an unknown subtask.
        signals: Names of the signals, in the order in which they change.

    Returns:
        `<eef>/<index>` -> label.
    """
    known = sorted({name for name in subtasks if name}, key=subtask_key)
    single = len({name.rpartition("/")[0] for name in known}) == 1 and len(known) == len(signals) + 1
    ends = [f"until {signal}" for signal in signals] + ["to the end"]
    named = {name: f"{name}, {ends[i]}" if single else name for i, name in enumerate(known)}
    return {**named, "": "no certain subtask"}


def count(number: int, thing: str) -> str:
    """Return a number with a noun in singular or plural: `1 attempt`, `2 attempts`."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def percent(share: float | None) -> str:
    """Return a share from 0 to 1 in percent. Only 1 gives 100 %, and only 0 gives 0 %; None gives a dash."""
    if share is None:
        return "–"
    rounded = round(100 * share)
    if (rounded == 100 and share < 1) or (rounded == 0 and share > 0):
        return f"{100 * share:.1f} %" if 0.0005 <= share < 0.9995 else ("> 99.9 %" if share > 0.5 else "< 0.1 %")
    return f"{rounded} %"


def duration(seconds: float) -> str:
    """Return a duration [s] in a suitable unit."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    if seconds < 595:
        return "{} min {:02d} s".format(*divmod(round(seconds), 60))
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else "{} h {:02d} min".format(*divmod(minutes, 60))


def number(value: float | None) -> str:
    """Return a number with about three digits; None gives a dash."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def sequence(names: Iterable[str]) -> str:
    """Return names in order, with a count for repetitions: `demo_8 ×3, demo_9`."""
    runs = ((name, len(list(same))) for name, same in groupby(names))
    return ", ".join(f"{name} ×{times}" if times > 1 else name for name, times in runs)
