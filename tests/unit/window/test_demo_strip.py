# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Thumbnails in the Dataset panel: found, requested, and what is said where there are none.

The process that draws is played by a list of its events; `tests/sim/test_films.py` runs its stage.
"""

import asyncio
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, Episode
from isaaclab_mimic_core.events import Event, StageFailed, StripDrawn, StripNotDrawn, Warned
from isaaclab_mimic_core.stages.rendering.strip import keep_strip, kept_strip
from isaaclab_mimic_core.tasks.shipped import DEFAULT_TASK
from isaaclab_mimic_ui.dataset.process import DrawingProcess
from isaaclab_mimic_ui.dataset.strip import DemoStrip


class Drawing:
    """Keeps what is requested; tells what it is given."""

    def __init__(self) -> None:
        self.requested: list[str] = []
        self.told: list[Event] = []
        self.done = self.closed = False

    def request(self, name: str, demo: str, path: str) -> None:
        self.requested.append(demo)

    def snapshot(self) -> dict:
        return {}

    def poll(self) -> list[Event]:
        told, self.told = self.told, []
        return told

    def close(self, timeout: float) -> None:
        self.closed = True


class Panel:
    """A strip of a file with two demonstrations, and the process that draws."""

    def __init__(self, folder: Path):
        self.path = folder / "demos.hdf5"
        self.write(0.0)
        self.drawing: Any = Drawing()
        host: Any = SimpleNamespace(spawn=asyncio.ensure_future)
        self.process = DrawingProcess()
        self.process._client = self.drawing
        self.strip = DemoStrip(host, lambda: None, self.process)

    def write(self, x: float) -> None:
        self.path.unlink(missing_ok=True)
        with DatasetWriter(self.path, {"env_name": DEFAULT_TASK}) as writer:
            for number in range(2):
                place = np.full((20, 7), x + number, np.float32)
                data = {"actions": place, "initial_state/rigid_object/cube/root_pose": place[:1]}
                writer.add(Episode({**data, "states/rigid_object/cube/root_pose": place}))

    def kept(self, demo: str) -> Path:
        with DatasetReader(self.path) as reader:
            return kept_strip(reader, demo, DEFAULT_TASK)[0]

    def draw(self, demo: str) -> None:
        keep_strip(self.kept(demo), np.zeros((100, 960, 3), np.uint8))

    def state(self, *events: Event) -> tuple[int, str, str]:
        """Return what is there after some events and what follows from them: pictures, what is said, failure."""

        async def follow() -> None:
            if events:
                self.drawing.told += events
                for event in self.process.poll():
                    self.strip.take(event)
                if not self.process.is_active:
                    self.strip.look_again()
            else:
                self.strip.show(str(self.path), DEFAULT_TASK, "demo_0")
            if self.strip._looking is not None:
                await self.strip._looking

        asyncio.run(follow())
        self.strip._looking = None
        return len(self.strip.pictures), self.strip.said, self.strip.failure


@pytest.fixture
def panel(tmp_path, monkeypatch) -> Panel:
    monkeypatch.setenv("MIMIC_CACHE", str(tmp_path / "cache"))
    made = Panel(tmp_path)
    made.strip._path = str(made.path)
    return made


def test_missing_ones_are_requested_and_shown_when_they_are_drawn(panel):
    assert panel.state() == (0, "Drawing ...", "") and panel.drawing.requested == ["demo_0"]
    panel.draw("demo_0")
    assert panel.state(StripDrawn("demo_1", "", [])) == (0, "Drawing ...", "")
    assert panel.state(StripDrawn("demo_0", "", [])) == (6, "", "")
    assert panel.drawing.requested == ["demo_0"] and not panel.drawing.closed


def test_what_was_drawn_of_a_file_that_has_changed_is_not_requested_again(panel):
    panel.state()
    panel.draw("demo_0")
    panel.write(5.0)
    assert panel.state(StripDrawn("demo_0", "", [])) == (0, "", "The file has changed: open it again.")
    assert panel.drawing.requested == ["demo_0"] and not panel.process.is_active


@pytest.mark.parametrize("damage", [b"no picture", "narrow"])
def test_a_damaged_picture_is_removed_and_drawn_again(panel, damage):
    path = panel.kept("demo_0")
    keep_strip(path, np.zeros((100, 961, 3), np.uint8))
    if isinstance(damage, bytes):
        path.write_bytes(damage)
    assert panel.state() == (0, "Drawing ...", "") and not path.exists() and panel.drawing.requested == ["demo_0"]


def test_without_a_reader_of_pictures_it_says_what_is_missing(panel, monkeypatch):
    panel.draw("demo_0")
    monkeypatch.setitem(sys.modules, "PIL", None)
    pictures, said, _ = panel.state()
    assert not pictures and "pillow is not installed" in said and not panel.drawing.requested


def test_only_what_is_said_of_this_demonstration_is_shown(panel):
    panel.state()
    told = Warned("Request ignored"), StripNotDrawn("demo_1", "has no states")
    assert panel.state(*told) == (0, "Drawing ...", "")
    assert panel.state(StripNotDrawn("demo_0", "has no states")) == (0, "", "has no states")
    panel.state()
    assert panel.state(StageFailed("out of memory")) == (0, "", "out of memory")


def test_what_is_missing_is_drawn_once_the_process_runs_for_something_else(panel):
    panel.process._client = None
    assert panel.state() == (0, "", "") and not panel.drawing.requested
    panel.process._client = panel.drawing
    for _ in range(2):
        panel.strip.draw_missing()
    assert panel.drawing.requested == ["demo_0"] and panel.strip.said == "Drawing ..."


def test_a_process_that_ended_while_something_was_requested_can_be_started_again(panel):
    panel.state()
    panel.drawing.done = True
    assert panel.state(Warned("")) == (0, "", "") and not panel.process.is_active
