# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Simulating inside a running Isaac Sim: what is borrowed from the application is given back as it was.

Isaac Lab (3.0.0) expects an application that was started for it: its launcher writes settings, its simulation takes the
stage that is open, and closing it closes that stage. In the application of somebody who works there, none of this may
be felt afterwards. Nothing here is imported before Isaac Sim runs.
"""

from .borrowed import borrowed_application
from .checks import check_application

__all__ = ["borrowed_application", "check_application"]
