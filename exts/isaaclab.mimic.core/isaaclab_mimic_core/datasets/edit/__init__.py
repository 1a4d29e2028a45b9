# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Edit dataset files: merge, select, drop, convert.

Each function reads one demonstration at a time, keeps the attributes, adds an entry to the history (attribute `mimic`)
and returns an `EditReport`. It writes another file, or with `in_place` replaces the file in one atomic step.
"""

from ...options import Selection
from .conversion import Conversion, convert
from .kinematics import Kinematics
from .merging import merge
from .output import EditReport, Kept
from .quaternions import parse_places
from .selecting import drop, select
from .selection import select_names
from .task_space import TaskSpace

__all__ = [
    "Conversion",
    "EditReport",
    "Kept",
    "Kinematics",
    "Selection",
    "TaskSpace",
    "convert",
    "drop",
    "merge",
    "parse_places",
    "select",
    "select_names",
]
