# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The desktop window asks for no more frames than its renderer paints, and hurries when somebody waits."""

import threading
import time

import pytest

from isaaclab_mimic_ui.host.pacing import Pacing

FASTEST, SLOWEST = 1 / 60, 1 / 20


class Renderer:
    """Paints in a thread of its own, `seconds` a frame; a frame waits for the one before, as omni.ui's does."""

    def __init__(self, seconds: float):
        self._seconds = seconds
        self._painting: threading.Thread | None = None
        self.waited: list[float] = []

    def frame(self) -> None:
        began = time.perf_counter()
        if self._painting is not None:
            self._painting.join()
        self.waited.append(time.perf_counter() - began)
        self._painting = threading.Thread(target=time.sleep, args=(self._seconds,))
        self._painting.start()


def paint(pacing: Pacing, renderer: Renderer, frames: int) -> None:
    for _ in range(frames):
        pacing.paint(renderer.frame)
        time.sleep(pacing.left)


def test_a_renderer_that_is_always_done_is_asked_sixty_times_a_second():
    pacing = Pacing()
    for _ in range(100):
        pacing.note(0.0)
    assert pacing.period == FASTEST


def test_frames_come_as_fast_as_a_slow_renderer_paints_them():
    pacing, renderer = Pacing(), Renderer(0.03)
    paint(pacing, renderer, 40)
    assert 0.025 < pacing.period <= SLOWEST
    late = [waited > 0.003 for waited in renderer.waited[10:]]
    assert sum(late) < len(late) / 2


def test_no_renderer_makes_the_window_slower_than_twenty_frames_a_second():
    pacing = Pacing()
    for _ in range(100):
        pacing.note(1.0)
    assert pacing.period == SLOWEST


def test_it_recovers_when_the_renderer_does():
    pacing = Pacing()
    for _ in range(20):
        pacing.note(0.05)
    for _ in range(200):
        pacing.note(0.0)
    assert pacing.period == FASTEST


def test_a_click_is_answered_at_once():
    pacing = Pacing()
    for _ in range(100):
        pacing.note(1.0)
    pacing.paint(pacing.hurry)
    assert pacing.left <= FASTEST
    for _ in range(3):
        pacing.paint(lambda: None)
    assert pacing.left == pytest.approx(pacing.period, abs=0.005) and pacing.period > 2 * FASTEST
