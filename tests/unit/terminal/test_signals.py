# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A verb is ended by Ctrl-C and by SIGTERM, wherever Python happens to be."""

import signal
import weakref

import pytest

from isaaclab_mimic_core.terminal.signals import interruptible, raise_lost_interrupt

ENDING = (signal.SIGINT, signal.SIGTERM)


@pytest.mark.parametrize("number", ENDING)
def test_each_interrupts_and_is_then_as_before(number):
    before = [signal.getsignal(each) for each in ENDING]
    with pytest.raises(KeyboardInterrupt), interruptible():
        signal.raise_signal(number)
    assert [signal.getsignal(each) for each in ENDING] == before


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_one_that_a_callback_swallows_is_raised_again():
    class Thing:
        pass

    with interruptible():
        thing = Thing()
        kept = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGTERM))
        raise_lost_interrupt()
        del thing
        assert kept() is None, "the callback has run, and Python has printed and forgotten what it raised"
        with pytest.raises(KeyboardInterrupt):
            raise_lost_interrupt()
    raise_lost_interrupt()


def test_a_program_in_the_background_goes_on_ignoring_ctrl_c():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interruptible():
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
