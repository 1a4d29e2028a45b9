# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Examine the machine: what is installed, what can run here, and what to do about the rest (`report.py`)."""

from ..finding import Finding
from .report import findings, format_findings, to_dicts

__all__ = ["Finding", "findings", "format_findings", "to_dicts"]
