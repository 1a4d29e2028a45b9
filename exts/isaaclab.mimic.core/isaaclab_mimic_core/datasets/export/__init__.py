# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Datasets in other formats: LeRobot's, and videos of cameras."""

from .lerobot import LeRobotTerms, export_lerobot, lerobot_terms
from .result import ExportReport
from .video import cameras_of, export_mp4

__all__ = ["ExportReport", "LeRobotTerms", "cameras_of", "export_lerobot", "export_mp4", "lerobot_terms"]
