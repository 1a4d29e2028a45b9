# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""LeRobot's datasets: made and read by lerobot, which runs in an environment of its own (`process`, `worker`)."""

from .export import export_lerobot
from .features import LeRobotTerms, lerobot_terms
from .subtasks import SubtaskTexts

__all__ = ["LeRobotTerms", "SubtaskTexts", "export_lerobot", "lerobot_terms"]
