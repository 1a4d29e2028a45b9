# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Garbage collection pauses while Isaac Lab is loaded, and runs as ever before and afterwards."""

import gc
import weakref
from collections.abc import Generator

import pytest

from isaaclab_mimic_core.garbage_collection import paused, paused_in_parts


class Ring:
    """Something that refers to itself: only a collection frees it."""

    def __init__(self) -> None:
        self.itself = self


def test_nothing_is_collected_inside_and_everything_afterwards():
    with paused():
        assert not gc.isenabled()
        kept = Ring()
        garbage = weakref.ref(Ring())
        young = gc.get_count()[0]
    assert gc.isenabled() and gc.get_count()[0] < young, "what was loaded is not looked at at once"
    assert any(each is kept for each in gc.get_objects(2)), "it counts as old"
    assert garbage() is not None
    gc.collect()
    assert garbage() is None, "nothing is kept from collection for ever"


def test_whoever_has_switched_it_off_finds_it_off():
    gc.disable()
    try:
        with paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_an_error_switches_it_on_again():
    with pytest.raises(KeyError), paused():
        raise KeyError
    assert gc.isenabled()


def test_between_the_parts_of_a_generator_it_is_on():
    seen = []

    @paused_in_parts
    def parts(number: int) -> Generator[int, None, str]:
        try:
            for each in range(number):
                seen.append(gc.isenabled())
                yield each
            return "done"
        finally:
            seen.append("closed")

    running = parts(2)
    assert [next(running), gc.isenabled(), next(running), gc.isenabled()] == [0, True, 1, True]
    with pytest.raises(StopIteration) as end:
        next(running)
    assert end.value.value == "done" and seen == [False, False, "closed"]
    # One that is given up is closed at once.
    given_up = parts(2)
    next(given_up)
    given_up.close()
    assert seen[3:] == [False, "closed"] and gc.isenabled()
