# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Edit dataset files: merge, select, drop, convert.

Every function reads one demonstration at a time, keeps attributes, adds to the history (`mimic`), and returns an
`EditReport`. The result is another file; with `in_place` it replaces the file in one atomic step.
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
