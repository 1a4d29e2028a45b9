# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Find faults of demonstrations that may harm training or generation.

Each module has one family of checks. `check_file` runs them all, with one demonstration in memory at a time. Code that
uses a file calls `require` or `usable` first.
"""

from ...options import Thresholds
from .finding import LEVELS, CheckReport, Finding
from .masks import masked, require_apart
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
    "masked",
    "require",
    "require_apart",
    "usable",
]
