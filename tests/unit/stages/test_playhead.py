# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Playback follows the clock."""

import pytest

from isaaclab_mimic_core.stages.annotation.playhead import Playhead


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_it_moves_at_real_time_times_its_speed(clock):
    head = Playhead(50, 0.02, clock=clock)
    head.advance()
    assert head.row == 0
    head.play()
    assert head.due == pytest.approx(100.02)
    clock.now += 0.11
    head.advance()
    assert head.row == 5 and head.due == pytest.approx(clock.now + 0.01)
    head.set_speed(0.25)
    clock.now += 0.2
    head.advance()
    assert head.row == 8


def test_a_long_gap_is_not_caught_up(clock):
    head = Playhead(500, 0.1, clock=clock)
    head.play()
    clock.now += 60
    head.advance()
    assert head.row == 2


def test_it_stops_at_the_end_and_begins_again(clock):
    head = Playhead(3, 0.1, clock=clock)
    head.play()
    clock.now += 0.21
    head.advance()
    assert head.row == 2 and not head.playing
    head.play()
    assert head.row == 0 and head.playing


def test_it_stays_within_the_demonstration_and_its_speeds(clock):
    head = Playhead(10, 0.1, speed=9, clock=clock)
    assert head.speed == 4.0
    head.set_speed(0.01)
    assert head.speed == 0.25
    head.move(-3)
    assert head.row == 0
    head.move(30)
    assert head.row == 9
