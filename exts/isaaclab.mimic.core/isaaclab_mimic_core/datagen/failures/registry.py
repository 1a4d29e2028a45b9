# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""All kinds of failure."""

from .check import FailureCheck
from .deadlock import DeadlockCheck
from .disturbance import DisturbanceCheck
from .fall import FallCheck
from .no_path import NoPathCheck
from .signals import SignalCheck
from .timeout import TimeoutCheck
from .unstable import UnstableCheck

CHECKS: tuple[type[FailureCheck], ...] = (
    UnstableCheck,
    DeadlockCheck,
    TimeoutCheck,
    NoPathCheck,
    DisturbanceCheck,
    SignalCheck,
    FallCheck,
)
"""If several fail in one step, the first of them explains it, and decides which subtask is retried."""
