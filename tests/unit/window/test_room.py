# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Lines are wrapped anew once, when a window that was made narrower rests."""

import pytest
from waiting import Clock

from isaaclab_mimic_ui.widgets import room as module
from isaaclab_mimic_ui.widgets.room import Room


@pytest.fixture
def clock(monkeypatch) -> Clock:
    return Clock(module, monkeypatch)


def watch(room: Room, clock: Clock, width: float, seconds: float) -> int:
    """Let time pass at a width, a frame each 20 ms; return how often lines are wrapped."""
    found = 0
    for _ in range(round(seconds / 0.02)):
        clock.now += 0.02
        found += room.has_shrunk(width)
    return found


def test_a_slow_drag_wraps_once_at_its_end(clock):
    room = Room(900.0)
    wrapped = sum(watch(room, clock, width, 0.1) for width in range(895, 600, -5))
    assert wrapped == 0
    assert watch(room, clock, 600.0, 2.0) == 1


def test_rounding_and_more_room_wrap_nothing(clock):
    room = Room(900.0)
    assert watch(room, clock, 899.4, 1.0) == 0 and watch(room, clock, 950.0, 1.0) == 0
    assert watch(room, clock, 949.5, 1.0) == 0 and watch(room, clock, 948.5, 1.0) == 1


def test_a_creeping_edge_is_noticed(clock):
    """Each look less than a pixel narrower: that adds up."""
    room = Room(900.0)
    assert sum(watch(room, clock, 900.0 - 0.25 * step, 0.02) for step in range(100)) == 0
    assert watch(room, clock, 875.0, 1.0) == 1
