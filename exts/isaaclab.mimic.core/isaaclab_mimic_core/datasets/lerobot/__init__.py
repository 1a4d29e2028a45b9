# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Export to and import from LeRobot datasets. lerobot runs in a Python environment of its own (`process`, `worker`)."""

from ..importing import ImportReport
from .export import export_lerobot
from .features import LeRobotTerms, lerobot_terms
from .importing import import_lerobot
from .subtasks import SubtaskTexts

__all__ = ["ImportReport", "LeRobotTerms", "SubtaskTexts", "export_lerobot", "import_lerobot", "lerobot_terms"]
