# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a generated demonstration was made from, in step with it, for the Dataset panel. This module has no widgets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from isaaclab_mimic_core.errors import DatasetError, MimicError

from ..host.base import Host
from . import reading


@dataclass(frozen=True)
class Beside:
    """The source of each state of a generated demonstration."""

    path: str
    """The file of the sources."""
    eef: str
    """The end effector whose subtasks they are."""
    demos: tuple[str, ...]
    """T + 1 names: which source each state belongs to."""
    rows: tuple[int, ...]
    """T + 1 states of these."""
    signals: dict[str, list[float]] = field(default_factory=dict)
    """Title -> values of each curve, T, of the sources in step."""
    has_changed: bool = False
    """Whether the file holds something else than when it was generated from: these may be other demonstrations."""

    def at(self, row: int) -> tuple[str, int]:
        """Return the source of a state, and which of its states belongs to it."""
        at = min(max(row, 0), len(self.rows) - 1)
        return self.demos[at], self.rows[at]


def eefs_of(attrs: Mapping[str, Any]) -> list[str]:
    """Return the end effectors of which a demonstration says what it was made from; none if it was not generated."""
    # Late: a file that has been read has brought it.
    from isaaclab_mimic_core.datasets.origin import parts_of

    return [eef for eef, parts in parts_of(attrs).items() if parts and all(part.segment for part in parts)]


def read_beside(attrs: Mapping[str, Any], samples: int, eef: str, files: Iterable[Path], sha256: str = "") -> Beside:
    """Read the sources of a generated demonstration. Call it in a thread.

    Args:
        attrs: Attributes of the demonstration.
        samples: Its samples.
        eef: One of `eefs_of`.
        files: Files that they may be in, the likeliest first.
        sha256: What `digest.sources_digest` of their file was; that one is taken if it is there. Empty if unknown.

    Raises:
        DatasetError: They are in none of these files.
    """
    from isaaclab_mimic_core.datasets import DatasetReader
    from isaaclab_mimic_core.datasets.digest import sources_digest
    from isaaclab_mimic_core.datasets.origin import in_step, parts_of

    parts = parts_of(attrs)[eef]
    tried: list[str] = []
    fitting: list[tuple[Path, bool]] = []
    for path in dict.fromkeys(files):
        tried.append(path.name)
        try:
            with DatasetReader(path) as reader:
                there = set(reader.episode_names)
                fits = all(
                    part.demo in there and reader.num_samples(part.demo) >= (part.segment or (0, 0))[1]
                    for part in parts
                )
                same = fits and (not sha256 or sources_digest(reader) == sha256)
        except MimicError:
            continue
        fitting += [(path, same)] if fits else []
        if same:
            break
    if fitting:
        path, same = fitting[-1] if fitting[-1][1] else fitting[0]
        which, moments = in_step(parts, samples)
        demos = tuple(parts[index].demo for index in which)
        rows = tuple(moments.tolist())
        return Beside(str(path), eef, demos, rows, _signals(str(path), demos, rows, samples), not same)
    names = ", ".join(dict.fromkeys(part.demo for part in parts))
    raise DatasetError(f"what it was generated from ({names}) is not in {' or '.join(tried) or 'any file here'}")


def source_files(summary: Mapping[str, Any], annotated: Path) -> list[Path]:
    """Return the files in which sources may be: the one that is stated and the project's, both also beside the file.

    Args:
        summary: See `reading.summarise_file`.
        annotated: The annotated demonstrations of the project.
    """
    here = Path(summary["path"])
    stated = [Path(summary["generated_from"])] if summary["generated_from"] else []
    named = [each for path in stated for each in (path, here.parent / path, here.with_name(path.name))]
    return [*named, here.with_name(annotated.name), annotated]


def _signals(path: str, demos: Sequence[str], rows: Sequence[int], samples: int) -> dict[str, list[float]]:
    """Return the curves of sources in step with a demonstration: those that all of them have."""
    read = {demo: reading.read_signals(path, demo) for demo in dict.fromkeys(demos)}
    titles = set.intersection(*map(set, read.values()))
    steps = list(zip(demos, rows, strict=True))[:samples]
    return {title: [read[demo][title][min(row, len(read[demo][title]) - 1)] for demo, row in steps] for title in titles}


class SourceBeside:
    """Reads the sources of the chosen demonstration once they are wanted.

    Args:
        host: The program around the window.
        on_change: Called when there is something else to show.
    """

    def __init__(self, host: Host, on_change: Callable[[], None]) -> None:
        self._host, self._on_change = host, on_change
        self._reading: asyncio.Task | None = None
        self._of: tuple[Mapping[str, Any], int, list[Path], str] | None = None
        self._wish = ""
        """The end effector whose sources were wanted last; kept for the next demonstration that was generated."""
        self.eefs: list[str] = []
        """End effectors whose sources can be shown; none where there is no demonstration, or it was not generated."""
        self.eef = ""
        """The one whose sources are wanted; empty for none."""
        self.found: Beside | None = None
        self.failure = ""
        """Why there is none though it is wanted, in a line."""

    def choose(self, attrs: Mapping[str, Any], samples: int, files: list[Path], sha256: str = "") -> None:
        """Take another demonstration; for the rest see `read_beside`."""
        self._of = attrs, samples, files, sha256
        self.eefs = eefs_of(attrs)
        self._want(self._wish if self._wish in self.eefs else "")

    def leave(self) -> None:
        """Show no demonstration."""
        self._stop()
        self._of, self.found, self.failure, self.eefs, self.eef = None, None, "", [], ""

    def next(self) -> None:
        """Want the sources of the next end effector; after the last one, none."""
        order = ["", *self.eefs]
        self._wish = order[(order.index(self.eef) + 1) % len(order)]
        self._want(self._wish)

    def _want(self, eef: str) -> None:
        self._stop()
        was_shown = bool(self.eef)
        self.eef, self.found, self.failure = eef, None, ""
        if eef and self._of is not None:
            self._reading = self._host.spawn(self._read(*self._of))
        if eef or was_shown:
            self._on_change()

    def _stop(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    async def _read(self, attrs: Mapping[str, Any], samples: int, files: list[Path], sha256: str) -> None:
        try:
            self.found = await asyncio.to_thread(read_beside, attrs, samples, self.eef, files, sha256)
        except MimicError as error:
            self.failure = " ".join(str(error).split())
        self._on_change()
