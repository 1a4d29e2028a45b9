# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Simulate inside a running Isaac Sim, and restore the application afterwards.

Isaac Lab 3.0.0 expects an application that was started for it: its launcher writes settings, its simulation takes the
open stage, and closing the simulation closes that stage. Here the user's settings, stage and timeline are restored at
the end of a run. Import this package only in a running Isaac Sim.
"""

from .borrowed import borrowed_application
from .checks import check_application

__all__ = ["borrowed_application", "check_application"]
