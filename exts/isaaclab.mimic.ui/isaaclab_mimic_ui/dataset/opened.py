# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The dataset file that the Dataset panel shows. This module has no widgets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path

from isaaclab_mimic_core.errors import MimicError

from ..host.base import Host
from . import reading


class OpenedFile:
    """Reads a file's summary and a demonstration's signals, in a thread.

    Args:
        host: The program around the window.
        on_read: Called when a file has been read, or something could not be.
        on_demo: Called when a demonstration has been read.
    """

    def __init__(self, host: Host, on_read: Callable[[], None], on_demo: Callable[[], None]) -> None:
        self._host, self._on_read, self._on_demo = host, on_read, on_demo
        self._reading: asyncio.Task | None = None
        self.summary: dict = {}
        """See `reading.summarise_file`; empty before a file has been read."""
        self.failure = ""
        """Why something cannot be read or done; empty if it can."""
        self._path: Path | None = None
        self._stamp: tuple[int, int, int] | None = None
        self.demo = ""
        """The demonstration that is shown; empty for none."""
        self.signals: dict[str, list[float]] = {}
        """Title -> values of each curve of that demonstration."""

    @property
    def has_changed(self) -> bool:
        """Whether the file is another one than what was read: made anew, added to, or removed."""
        if self._path is None or (self._reading is not None and not self._reading.done()):
            return False
        return _stamp_of(self._path) != self._stamp

    def holds(self, demo: str) -> bool:
        """Whether what was read has a demonstration."""
        return any(name == demo for name, _, _ in self.summary.get("list", ()))

    @property
    def attrs(self) -> dict:
        """Attributes of the demonstration that is shown."""
        return next(attrs for name, attrs, _ in self.summary["list"] if name == self.demo)

    @property
    def samples(self) -> int:
        """Samples of the demonstration that is shown."""
        return next(length for name, _, length in self.summary["list"] if name == self.demo)

    def open(self, path: Path) -> None:
        """Read another file."""
        self.summary, self.failure, self._path = {}, "", path
        self.leave_demo()
        self._start(self._read(path))

    def choose(self, demo: str) -> None:
        """Read a demonstration of the file; ignored if what was read has none of this name."""
        if not self.holds(demo):
            return
        self.demo, self.signals = demo, {}
        self._start(self._read_signals(demo))

    def leave_demo(self) -> None:
        """Show no demonstration."""
        self.demo, self.signals = "", {}

    def forget(self) -> None:
        """Show no file."""
        self.close()
        self.summary, self.failure, self._path = {}, "", None
        self.leave_demo()

    def close(self) -> None:
        """Stop reading."""
        if self._reading is not None:
            self._reading.cancel()

    def _start(self, coroutine: Coroutine) -> None:
        self.close()
        self._reading = self._host.spawn(coroutine)

    async def _read(self, path: Path) -> None:
        self._stamp = await asyncio.to_thread(_stamp_of, path)
        try:
            self.summary = await asyncio.to_thread(reading.summarise_file, path)
        except MimicError as error:
            self.failure = str(error)
        self._on_read()

    async def _read_signals(self, demo: str) -> None:
        try:
            self.signals = await asyncio.to_thread(reading.read_signals, self.summary["path"], demo)
        except MimicError as error:
            self.failure = str(error)
            self._on_read()
        else:
            self._on_demo()


def _stamp_of(path: Path) -> tuple[int, int, int] | None:
    """Return what is different of a file that has changed; None if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
