# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Format identifiers, numbers and counts for readers, the same in pictures and tables."""

from collections.abc import Iterable
from itertools import groupby

from ..datasets import layout


def words(name: str) -> str:
    """Return an identifier in words: `num_envs` as `num envs`."""
    return name.replace("_", " ")


def short(name: str, most: int = 30) -> str:
    """Shorten a name to at most `most` characters; the end stays, because it distinguishes names."""
    return name if len(name) <= most else f"…{name[1 - most :]}"


def subtask_key(name: str) -> list:
    """Sort key of `<eef>/<index>`; what has no subtask comes last."""
    return [not name, *layout.natural_order(name)]


def subtask_names(subtasks: Iterable[str], signals: list[str]) -> dict[str, str]:
    """Return names for subtasks, with the signal that ends each if that is certain.

    A file does not say which end effector a signal belongs to. So signals are named only if there is a single end
    effector, where every subtask but the last ends with a signal, in order.

    Args:
        subtasks: `<eef>/<index>` of all subtasks there are; an empty one stands for an unknown subtask.
        signals: Names of the signals in the order in which they rise.
    """
    known = sorted({name for name in subtasks if name}, key=subtask_key)
    single = len({name.rpartition("/")[0] for name in known}) == 1 and len(known) == len(signals) + 1
    ends = [f"until {signal}" for signal in signals] + ["to the end"]
    named = {name: f"{name}, {ends[i]}" if single else name for i, name in enumerate(known)}
    return {**named, "": "no certain subtask"}


def count(number: int, thing: str) -> str:
    """Return `1 attempt`, `2 attempts`."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def percent(share: float | None) -> str:
    """Return a share in percent; rounding gives 100 % only for all, and 0 % only for none."""
    if share is None:
        return "–"
    rounded = round(100 * share)
    if (rounded == 100 and share < 1) or (rounded == 0 and share > 0):
        return f"{100 * share:.1f} %" if 0.0005 <= share < 0.9995 else ("> 99.9 %" if share > 0.5 else "< 0.1 %")
    return f"{rounded} %"


def duration(seconds: float) -> str:
    """Return a time in a suitable unit."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    if seconds < 595:
        return "{} min {:02d} s".format(*divmod(round(seconds), 60))
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else "{} h {:02d} min".format(*divmod(minutes, 60))


def number(value: float | None) -> str:
    """Return a number with about three digits."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def sequence(names: Iterable[str]) -> str:
    """Return names in order, repeated ones once: `demo_8 ×3, demo_9`."""
    runs = ((name, len(list(same))) for name, same in groupby(names))
    return ", ".join(f"{name} ×{times}" if times > 1 else name for name, times in runs)
