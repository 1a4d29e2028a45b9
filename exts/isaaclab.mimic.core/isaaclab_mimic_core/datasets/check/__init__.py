# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Quality of demonstrations: what may spoil training or generation, with numbers and the demonstration's name.

One module a family of findings. `check_file` reads a file demonstration by demonstration. `require` and `usable` are
what every reader of a file asks before it uses it.
"""

from ...options import Thresholds
from .finding import LEVELS, CheckReport, Finding
from .run import check_file
from .text import format_report
from .validator import as_error, checked_values, faults, require, usable

__all__ = [
    "LEVELS",
    "CheckReport",
    "Finding",
    "Thresholds",
    "as_error",
    "check_file",
    "checked_values",
    "faults",
    "format_report",
    "require",
    "usable",
]
