# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The desktop window draws no more frames than its renderer can, and at once after input."""

import asyncio
import math
from pathlib import Path

import pytest

from isaaclab_mimic_ui.host.desktop import DesktopHost
from isaaclab_mimic_ui.host.pacing import Pacing

FASTEST, SLOWEST = 1 / 60, 1 / 20


class Renderer:
    """Paints `seconds` a frame, in a time of its own; a frame waits for the one before, as omni.ui's does."""

    def __init__(self, seconds: float):
        self.seconds, self.now, self._done, self.late = seconds, 0.0, 0.0, 0
        self.pacing = Pacing(clock=lambda: self.now, worked=lambda: 0.0)

    def frame(self) -> None:
        self.late += self._done - self.now > 0.003
        self.now = max(self.now, self._done)
        self._done = self.now + self.seconds

    def paint(self, frames: int) -> None:
        for _ in range(frames):
            self.pacing.paint(self.frame)
            self.now += self.pacing.left


@pytest.mark.parametrize(("seconds", "period"), [(0.0, FASTEST), (0.01, FASTEST), (1.0, SLOWEST)])
def test_frames_are_never_faster_than_sixty_nor_slower_than_twenty_a_second(seconds, period):
    renderer = Renderer(seconds)
    renderer.paint(100)
    assert renderer.pacing.period == pytest.approx(period)


def test_frames_come_as_fast_as_a_slow_renderer_paints_them():
    renderer = Renderer(0.03)
    renderer.paint(100)
    began, renderer.late = renderer.now, 0
    renderer.paint(100)
    assert 0.03 <= (renderer.now - began) / 100 < 0.036
    assert renderer.late < 12, "hardly a frame waits"


def test_it_recovers_when_the_renderer_does():
    renderer = Renderer(0.05)
    renderer.paint(20)
    assert renderer.pacing.period == pytest.approx(SLOWEST)
    renderer.seconds = 0.0
    renderer.paint(200)
    assert renderer.pacing.period == pytest.approx(FASTEST)


def test_after_a_click_some_frames_come_at_once():
    renderer = Renderer(0.05)
    renderer.paint(50)
    renderer.seconds = 0.0
    renderer.paint(1)
    renderer.pacing.hurry()
    gaps = []
    for _ in range(5):
        renderer.pacing.paint(renderer.frame)
        gaps.append(renderer.pacing.left)
        renderer.now += gaps[-1]
    assert gaps[:3] == pytest.approx([FASTEST] * 3)
    assert min(gaps[3:]) > 2 * FASTEST


def test_where_nothing_moves_and_nobody_does_anything_a_few_frames_a_second_are_enough():
    renderer = Renderer(0.01)
    renderer.paint(1)
    assert renderer.pacing.asleep == 0.0, "it has just been opened"
    renderer.now += 10.0
    renderer.paint(1)
    assert 0.4 < renderer.pacing.asleep <= 0.5
    renderer.now += 0.3
    assert 0.0 < renderer.pacing.asleep < 0.25
    renderer.pacing.stay_awake()
    assert renderer.pacing.asleep == 0.0
    renderer.now += 1.0
    assert renderer.pacing.asleep == 0.0
    renderer.now += 10.0
    renderer.paint(1)
    renderer.pacing.hurry()
    assert renderer.pacing.asleep == 0.0, "a click wakes it"


class Input:
    """Stands for X's queue: something comes in the wait with this number, counted from 1; 0: it is there already."""

    def __init__(self, renderer: Renderer, comes_in: float):
        self._renderer, self._comes_in = renderer, comes_in
        self.waited: list[float] = []

    @property
    def waits(self) -> bool:
        return len(self.waited) >= self._comes_in

    async def come(self, seconds: float) -> None:
        self.waited.append(seconds)
        self._renderer.now += seconds / 4 if self.waits else seconds


def rest(folder: Path, comes_in: float, used: bool = False) -> tuple[Input, Pacing, float]:
    """Let a window rest after a frame that nobody has touched for long; return its input, its pacing, and how long."""
    renderer, host = Renderer(0.01), DesktopHost(folder / "window.json")
    host.pacing = renderer.pacing
    renderer.now += 10.0
    renderer.paint(1)
    if used:
        host.hurry()
    given = Input(renderer, comes_in)
    host._input = given  # type: ignore[assignment]
    began = renderer.now
    asyncio.run(host.rest())
    lasted = renderer.now - began
    renderer.paint(1)
    return given, host.pacing, lasted


def test_a_window_left_alone_rests_until_its_next_frame_is_due(tmp_path):
    given, pacing, lasted = rest(tmp_path, math.inf)
    assert len(given.waited) == 1 and 0.4 < lasted <= 0.5
    assert pacing.asleep > 0.0, "and after that frame once more"


@pytest.mark.parametrize("comes_in", [0, 1])
def test_input_ends_its_rest_and_keeps_it_awake(tmp_path, comes_in):
    given, pacing, lasted = rest(tmp_path, comes_in)
    assert len(given.waited) == comes_in and lasted < 0.2
    assert pacing.asleep == 0.0


def test_a_window_that_is_used_does_not_wait_for_input(tmp_path):
    given, _, lasted = rest(tmp_path, math.inf, used=True)
    assert not given.waited and lasted == 0.0
