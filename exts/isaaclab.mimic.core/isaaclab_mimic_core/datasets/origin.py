# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a generated demonstration was made from, as its attributes say, and where it stands in that at each step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .attributes import history
from .layout import TERM_SIGNALS, join
from .reader import DatasetReader
from .signals import first_change


@dataclass(frozen=True)
class Part:
    """One subtask of a generated demonstration."""

    demo: str
    """The source demonstration."""
    segment: tuple[int, int] | None = None
    """The first and last + 1 of its samples; None if the file does not say."""
    end: int | None = None
    """The last + 1 of the generated demonstration's samples; None if the file does not say."""


def parts_of(attrs: Mapping[str, Any]) -> dict[str, list[Part]]:
    """Return per end effector what each subtask was made from; empty if a demonstration's attributes do not say."""
    sources = history(attrs, "generated").get("sources")
    found = {}
    for eef, stated in sources.items() if isinstance(sources, dict) else ():
        if isinstance(stated, list):
            found[str(eef)] = [_part(each) for each in stated if isinstance(each, dict) and "demo" in each]
    return found


def in_step(parts: Sequence[Part], samples: int) -> tuple[np.ndarray, np.ndarray]:
    """Say which moment of its sources each moment of a generated demonstration corresponds to.

    A subtask ends with its source segment, sample by sample; while the end effector is on its way to the segment, the
    source waits at the segment's start. The first subtask of which the file does not say when it ended (in an attempt
    that failed within it), and those after it, share the rest of the time: each segment is stretched to its share, but
    is never faster than it was recorded.

    Args:
        parts: The subtasks of an end effector, each with a segment.
        samples: Samples of the generated demonstration, T.

    Returns:
        (T + 1,) int64 each: which part it is, and the source's row, both counting states before each action and,
        last, the one after the last.
    """
    lengths = np.array([end - begin for begin, end in (part.segment or (0, 0) for part in parts)])
    ends = np.array([part.end or 0 for part in parts])
    known = int(np.logical_and.accumulate((np.diff(ends, prepend=0) > 0) & (ends <= samples)).sum())
    since = int(ends[known - 1]) if known else 0
    shares = np.cumsum(lengths[known:]) / max(lengths[known:].sum(), 1)
    ends[known:] = since + np.round(shares * (samples - since)).astype(int)
    begins = np.concatenate([[0], ends[:-1]])
    moments = np.arange(samples + 1)
    which = np.searchsorted(ends, moments, side="right").clip(max=len(parts) - 1)
    passed = moments - begins[which]
    stretched = np.round(passed / np.maximum(ends - begins, 1)[which] * lengths[which]).astype(int)
    into = np.where(which < known, lengths[which] - (ends[which] - moments), np.minimum(stretched, passed))
    firsts = np.array([(part.segment or (0, 0))[0] for part in parts])
    return which, firsts[which] + into.clip(0, lengths[which])


def subtask_ends(reader: DatasetReader, name: str) -> list[int]:
    """Return the samples at which subtasks of a demonstration have ended, in order; empty if the file does not say.

    They follow from its signals, if it is annotated, else from what its attributes say of its generation.
    """
    samples = reader.num_samples(name)
    signals = [path for path in reader.shapes(name) if path.startswith(join(TERM_SIGNALS, ""))]
    changes = [first_change(values) for values in reader.read(name, signals).data.values()] if signals else []
    found = {change + 1 for change in changes if change is not None}
    if not found:
        found = {part.end for parts in parts_of(reader.attrs(name)).values() for part in parts if part.end}
    return sorted(end for end in found if end < samples)


def _part(stated: Mapping[str, Any]) -> Part:
    segment, end = stated.get("segment"), stated.get("end")
    span = None
    if isinstance(segment, list) and len(segment) == 2 and all(type(each) is int for each in segment):
        span = (segment[0], segment[1]) if 0 <= segment[0] < segment[1] else None
    return Part(str(stated["demo"]), span, end if type(end) is int and end > 0 else None)
