# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""ovphysx 0.6.4 starts a thread that asks every microsecond whether a collider is to be cooked, and never stops.

Linux makes of that a question every 60 microseconds, for it may be late by the thread's timer slack (`prctl(2)`), which
is 50 by default. That takes a fifth of a core from the simulation, also while nothing is simulated. A thread inherits
its slack from the one that starts it; with a millisecond cooking is as fast, and the thread takes 1 % of a core.
"""

import contextlib
import ctypes
from collections.abc import Iterator

_PR_SET_TIMERSLACK, _PR_GET_TIMERSLACK = 29, 30
_SLACK = 1_000_000
"""How late a sleeping thread may wake up [ns]."""

_prctl = getattr(ctypes.CDLL(None), "prctl", None)


@contextlib.contextmanager
def patient_threads() -> Iterator[None]:
    """Let threads that are started meanwhile wake up a millisecond late."""
    if _prctl is None:  # not Linux
        yield
        return
    before = _prctl(_PR_GET_TIMERSLACK, 0, 0, 0, 0)
    _prctl(_PR_SET_TIMERSLACK, ctypes.c_ulong(_SLACK), 0, 0, 0)
    try:
        yield
    finally:
        _prctl(_PR_SET_TIMERSLACK, ctypes.c_ulong(max(before, 1)), 0, 0, 0)
