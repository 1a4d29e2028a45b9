# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""No process is left over when the one that has started it is killed."""

import ctypes
import signal

_PR_SET_PDEATHSIG = 1
"""Of Linux's prctl(2)."""


def end_with_parent() -> None:
    """Let the system kill this process as soon as the one that has started it has ended."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
