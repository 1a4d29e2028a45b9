# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A key is worth the time that it was held, whenever its events arrive."""

import pytest

from isaaclab_mimic_core.devices.keyboard.held_keys import LATEST, HeldKeys

PERIOD = 0.03


class Driven:
    """Steps at given times, and events that arrive at others."""

    def __init__(self, ramp: float = 0.0) -> None:
        self.keys = HeldKeys(PERIOD, ramp)
        self.moved: list[float] = []

    def step(self, *times: float) -> None:
        self.moved += [self.keys.step(now).get("W", 0.0) for now in times]

    @property
    def way(self) -> float:
        """[s] Time at full speed."""
        return PERIOD * sum(self.moved)


def steps(first: float, last: float, period: float = PERIOD) -> list[float]:
    return [first + period * number for number in range(round((last - first) / period) + 1)]


@pytest.mark.parametrize("ramp", [0.0, 0.5])
@pytest.mark.parametrize("held", [0.045, 0.12, 1.0])
@pytest.mark.parametrize("late", [0.0, 0.1, 0.3])
def test_the_way_is_the_time_held(held, late, ramp):
    """All moments of a late press are late: those that were stepped without it are made up for, or taken back.

    With a ramp the speed rises from a fifth, so the way is the area below it.
    """
    driven = Driven(ramp)
    slow = min(held, ramp)
    way = held - slow + (0.2 * slow + 0.4 * slow**2 / ramp if ramp else 0.0)
    pressed, released = 10.01, 10.01 + held
    events = [
        (pressed + late, "press", pressed),
        (released + late, "release", released),
        *((now, "step", now) for now in steps(10.0, 12.4)),
    ]
    for now, what, at in sorted(events):
        if what == "step":
            driven.step(now)
        else:
            getattr(driven.keys, what)("W", at, now)
    assert driven.way == pytest.approx(way, abs=1e-6)
    assert max(map(abs, driven.moved)) <= 1.0 and not driven.keys.pending


def test_a_press_between_two_steps_is_not_lost():
    driven = Driven()
    driven.step(10.0)
    driven.keys.press("W", 10.05, 10.4)
    driven.keys.release("W", 10.17, 10.4)
    driven.step(*steps(10.4, 10.6))
    assert driven.moved[1:6] == pytest.approx([1, 1, 1, 1, 0])


def test_with_a_ramp_a_short_press_is_a_small_step():
    ways = {}
    for held in (0.12, 1.0):
        driven = Driven(ramp=0.5)
        driven.keys.press("W", 10.0, 10.0)
        driven.step(*[now for now in steps(10.0, 12.0) if now < 10.0 + held])
        driven.keys.release("W", 10.0 + held, 10.0 + held)
        driven.step(*steps(10.0 + held, 11.0 + held))
        ways[held] = driven.way
    # At a quarter of a metre a second: 9 mm, and 20 cm.
    assert ways[0.12] == pytest.approx(0.0355, abs=1e-3) and ways[1.0] == pytest.approx(0.8, abs=1e-3)


def test_a_press_of_no_length_moves_by_one_step():
    driven = Driven()
    driven.keys.press("W", 10.0, 10.0)
    driven.keys.release("W", 10.0, 10.0)
    driven.step(*steps(10.0, 10.2))
    assert sum(driven.moved) == pytest.approx(1.0)


@pytest.mark.parametrize("factor", [2, 6])
def test_a_simulation_slower_than_real_time_does_not_run_on(factor):
    """The robot moves for the steps of the time held, those in part included."""
    driven, period = Driven(), factor * PERIOD
    driven.step(10.0)
    pressed, released = 10.0 + 0.25 * period, 10.0 + 8.75 * period
    driven.keys.press("W", pressed, pressed)
    driven.step(*steps(10.0 + period, 10.0 + 8 * period, period))
    driven.keys.release("W", released, released)
    made = len(driven.moved)
    driven.step(*steps(10.0 + 9 * period, 10.0 + 12 * period, period))
    assert driven.moved[1:made] == pytest.approx([0.75, *[1.0] * 7]) and driven.moved[made:] == pytest.approx(
        [0.75, 0.0, 0.0, 0.0]
    )


def test_nothing_moves_for_what_was_pressed_during_a_pause():
    driven = Driven()
    driven.keys.press("W", 10.0, 10.0)
    driven.keys.release("W", 10.2, 10.2)
    driven.keys.press("D", 10.1, 10.2)
    driven.keys.rest(15.0)
    moves = driven.keys.step(15.015)
    assert moves == {"D": pytest.approx(0.5)}


@pytest.mark.parametrize("counted", [False, True])
@pytest.mark.parametrize("ramp", [0.0, 0.5])
def test_a_release_during_a_pause_that_is_known_late_moves_nothing(ramp, counted):
    """Not even back: what was moved before the pause stays, what was moved after it as if the key were held goes."""
    for stepped in (0, 1, 3):
        keys = HeldKeys(PERIOD, ramp, counted)
        keys.press("W", 10.0, 10.0)
        keys.rest(10.2)
        moved = [keys.step(10.2 + (number + 1) * PERIOD)["W"] for number in range(stepped)]
        keys.release("W", 10.1, 10.3)
        made = sum(moved)
        moved += [keys.step(10.3 + number * PERIOD).get("W", 0.0) for number in range(5)]
        # Where steps are counted, the key was held in those that were made.
        assert sum(moved) == pytest.approx(made if counted else 0.0) and not keys.pending


@pytest.mark.parametrize("counted", [False, True])
@pytest.mark.parametrize("ramp", [0.0, 0.5])
def test_a_pause_takes_back_nothing_that_was_moved_before_it(ramp, counted):
    keys = HeldKeys(PERIOD, ramp, counted)
    keys.press("W", 10.0, 10.0)
    moved = [keys.step(now)["W"] for now in steps(10.03, 11.0)]
    keys.rest(12.0)
    keys.release("W", 11.9, 12.1)
    assert min(moved) > 0.0 and keys.step(12.1) == {"W": 0.0} and not keys.pending


@pytest.mark.parametrize("counted", [False, True])
@pytest.mark.parametrize("ramp", [0.0, 0.5])
def test_a_release_before_its_press_counts_as_a_press_of_no_length(ramp, counted):
    keys = HeldKeys(PERIOD, ramp, counted)
    keys.press("W", 10.0, 10.0)
    keys.release("W", 9.9, 10.1)
    assert 0.0 < sum(keys.step(now).get("W", 0.0) for now in steps(10.1, 10.3)) <= 1.0


def test_a_time_long_ago_or_to_come_is_not_believed():
    driven = Driven()
    driven.keys.press("W", 1.0, 10.0)
    driven.keys.release("W", 99.0, 10.0)
    driven.step(*steps(10.0, 12.0))
    assert driven.way == pytest.approx(LATEST)


def test_losing_the_keyboard_stops_at_once():
    driven = Driven()
    driven.keys.press("W", 10.0, 10.4)
    driven.step(10.4)
    driven.keys.clear()
    driven.step(10.43)
    assert driven.moved == [1.0, 0.0]


def test_where_steps_keep_no_time_they_are_counted():
    keys = HeldKeys(PERIOD, counted=True)
    keys.press("W", 10.0, 10.0)
    assert [keys.step(10.001)["W"], keys.step(17.0)["W"]] == [1.0, 1.0]
    keys.release("W", 17.0, 17.0)
    assert keys.step(17.1) == {"W": 0.0} and not keys.pending


def test_where_steps_are_counted_they_begin_slowly_too():
    """The first fifth of a second at 0.05 s a step, however long the steps take."""
    ways = []
    for real in (1e-4, 3.0):
        keys = HeldKeys(0.05, 0.5, counted=True)
        keys.press("W", 10.0, 10.0)
        ways.append(0.05 * sum(keys.step(10.0 + real * number)["W"] for number in range(1, 5)))
        keys.release("W", 10.0 + 5 * real, 10.0 + 5 * real)
        assert keys.step(10.0 + 6 * real) == {"W": 0.0} and not keys.pending
    assert ways == pytest.approx([0.2 * 0.2 + 0.4 * 0.2**2 / 0.5] * 2)
