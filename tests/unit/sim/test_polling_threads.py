# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Threads of ovphysx that ask again and again leave the processor to others; in a simulation: `tests/sim`."""

import ctypes
import threading

from isaaclab_mimic_core.sim.repairs.polling_threads import patient_threads


def slack() -> int:
    """Return how late this thread may wake up [ns]."""
    return ctypes.CDLL(None).prctl(30, 0, 0, 0, 0)


def slack_of_another() -> int:
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(slack()))
    thread.start()
    thread.join()
    return found[0]


def test_only_threads_that_are_started_meanwhile_wake_up_late():
    before = slack()
    with patient_threads():
        assert slack_of_another() == 1_000_000
    assert slack() == slack_of_another() == before < 1_000_000
