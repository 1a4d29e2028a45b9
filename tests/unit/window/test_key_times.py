# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""When keys went down and up, from events that wait for a frame."""

import pytest

from isaaclab_mimic_ui.host.key_times import KeyTimes, ServerClock

W, A = 87, 65
CODES = {25: W, 38: A}


class Frames:
    """A window that paints when the test says so."""

    def __init__(self, ahead_ms: int = 0) -> None:
        self.now = 100.0
        self._ahead_ms = ahead_ms
        self._waiting: list[tuple[bool, int, int]] = []
        self.times = KeyTimes(CODES, lambda: self._waiting, lambda: self.now)
        # A key that is seen at once shows how far the clocks are apart.
        self.move(38, True, 100.0)
        self.paint(100.0)

    def move(self, keycode: int, pressed: bool, at: float) -> None:
        self._waiting.append((pressed, keycode, (round(1000 * at) + self._ahead_ms) % (1 << 32)))

    def paint(self, at: float) -> None:
        self.now = at
        self.times.read()
        self._waiting.clear()


@pytest.mark.parametrize("ahead_ms", [0, 123_456_789, -50_000, (1 << 32) - 101_050])
def test_a_short_press_keeps_its_length_however_late_it_is_told(ahead_ms):
    """The server's clock may differ from ours, and start again at 0 in between."""
    frames = Frames(ahead_ms)
    frames.move(38, False, 100.5)
    frames.move(25, True, 101.02)
    frames.move(25, False, 101.14)
    frames.paint(101.4)
    assert frames.times.take(W, True) == pytest.approx(101.02)
    frames.paint(101.7)  # omni.ui tells of a release one frame after the press
    assert frames.times.take(W, False) == pytest.approx(101.14)
    assert frames.times.take(A, True) == pytest.approx(100.0)


def test_a_key_that_repeats_goes_down_once():
    frames = Frames()
    for at in (100.0, 100.5, 100.53):
        frames.move(25, True, at)
    frames.move(25, False, 100.56)
    frames.move(25, True, 100.56)
    frames.move(25, False, 100.6)
    frames.move(25, True, 100.9)
    frames.paint(101.0)
    assert frames.times.take(W, True) == pytest.approx(100.0)
    assert frames.times.take(W, False) == pytest.approx(100.6)
    assert frames.times.take(W, True) == pytest.approx(100.9)


def test_what_is_not_known_happens_now():
    frames = Frames()
    frames.move(99, True, 100.0)
    frames.paint(100.1)
    assert frames.times.take(W, True) == 100.1


def test_keys_of_another_window_are_forgotten():
    frames = Frames()
    frames.move(25, True, 100.0)
    frames.move(25, False, 100.1)
    frames.paint(100.2)
    frames.paint(102.5)
    frames.move(25, True, 103.0)
    frames.paint(103.1)
    assert frames.times.take(W, True) == pytest.approx(103.0)


def test_an_event_is_never_later_than_it_is_seen():
    clock = ServerClock()
    assert clock.local([4_900, 5_000], 10.0) == pytest.approx([9.9, 10.0])  # 0.2 s late, which nobody can know
    assert clock.local([5_300], 10.1) == pytest.approx([10.1])
    assert clock.local([5_400], 10.4) == pytest.approx([10.2])
    assert clock.local([], 11.0) == []
