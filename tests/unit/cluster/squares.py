# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A small real stage that workers share: squares of numbers, each a file, in order.

`squares:start` is the share. Its troubles are words in a text: `die@3` ends the process at once, as soon as a number
from 3 on is asked for; `hang@N` ignores everything, `full@N` finds the disk full. Each happens once in all, for which a
file in the output's folder stands. `refuse` is a `MimicError` before it is ready.
"""

import os
import time
from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isaaclab_mimic_core.cluster.hand_out import HandOut
from isaaclab_mimic_core.cluster.shared_work import Arrived, SharedWork
from isaaclab_mimic_core.errors import OptionError, OutputError
from isaaclab_mimic_core.events import DemoSaved, Event, PieceMade, Progress, ShareReady, StageFinished
from isaaclab_mimic_core.option import Role, option
from isaaclab_mimic_core.options import WorkerOptions
from isaaclab_mimic_core.stages.stage import Stage, Steps


@dataclass(frozen=True)
class Options(WorkerOptions):
    """Squares to compute."""

    source: str = option("", role=Role.INPUT_FILE)
    """File with the word `squares` that a worker reads before it is ready, if it is given."""
    output: str = option("")
    count: int = option(20)
    seconds: float = option(0.0)
    """Time that a square takes [s]."""
    troubles: str = option("")
    device: str = option("cpu")
    viz: str = option("none")


class Squares(SharedWork):
    """Writes `number square` lines into a file."""

    name = "squares"
    share = "squares:start"

    def __init__(self, options: Options):
        super().__init__(options, options.output)
        self.lines: list[str] = []

    @property
    def progress(self) -> Progress:
        return Progress(len(self.lines), self.options.count, "squares")

    @property
    def pids(self) -> list[int]:
        """Of the workers' processes."""
        workers = self._crew.workers if self._crew else []
        return [worker.machine.pid for worker in workers if worker.machine and worker.is_ready]

    def _hand_out(self) -> HandOut:
        return HandOut(0, self.options.count)

    def _needs_more(self) -> bool:
        return len(self.lines) + self._arrived.waiting + self._handed.outstanding < self.options.count

    def _merge(self, piece: Arrived) -> list[Event]:
        self.lines.append(piece.path.read_text())
        return [DemoSaved(str(piece.number), "", 1, len(self.lines), self.options.count)]

    def _entry(self, piece: Arrived) -> dict[str, Any]:
        return {"number": piece.number}

    def _poll(self) -> tuple[str, list[Event]]:
        return ("done" if len(self.lines) == self.options.count else ""), []

    def _close(self, outcome: str) -> list[Event]:
        Path(self.options.output).write_text("\n".join(self.lines))
        return [StageFinished(self.name, outcome, {"saved": len(self.lines)})]


class AskedShare(Stage):
    """A share that makes the pieces it is asked for, one a step."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers: list[int] = []

    @property
    def due(self) -> float:
        return 0.0 if self._numbers and not self.paused else time.monotonic() + 0.02

    @abstractmethod
    def make(self, number: int) -> Path:
        """Make a piece."""

    def run(self) -> Steps:
        yield [ShareReady({"device": "cpu"})]
        while not self._stopping:
            if self._numbers:
                number = self._numbers.pop(0)
                yield [PieceMade(number, str(self.make(number)))]
            else:
                yield []
        return []

    def _request(self, name: str, **arguments: Any) -> None:
        if name == "work":
            self._numbers += arguments["numbers"]
        else:
            super()._request(name, **arguments)


class Share(AskedShare):
    """Writes the squares it is asked for."""

    name = "squares_share"

    def __init__(self, folder: str, source: str, output: str, seconds: float, troubles: str, **others: Any):
        super().__init__()
        self._folder, self._marks, self._seconds = Path(folder), Path(output).parent, seconds
        self._troubles = troubles.split()
        assert not source or Path(source).read_text() == "squares"

    def run(self) -> Steps:
        if "refuse" in self._troubles:
            raise OptionError("this cannot be squared", remedy="Take a circle.")
        if "cramped" in self._troubles and _is_first(self._marks / "cramped"):
            raise OutputError("no space is left to write it", where="another disk")
        return (yield from super().run())

    def make(self, number: int) -> Path:
        time.sleep(self._seconds)
        self._make_trouble(number)
        beside = self._folder / f"{number}.part"
        beside.write_text(f"{number} {number * number}")
        return beside.replace(self._folder / f"{number}.square")

    def _make_trouble(self, number: int) -> None:
        for trouble in self._troubles:
            kind, _, at = trouble.partition("@")
            if not at or number < int(at) or not _is_first(self._marks / kind):
                continue
            if kind == "die":
                os.kill(os.getpid(), 9)
            elif kind == "hang":
                time.sleep(3600.0)
            raise OutputError("no space is left to write it", where="the disk of this node")


def _is_first(mark: Path) -> bool:
    """Return whether nobody has asked for this file before."""
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def start(**options: Any) -> Share:
    """Build the share from plain data."""
    return Share(**options)
