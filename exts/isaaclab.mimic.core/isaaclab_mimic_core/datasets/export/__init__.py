# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Export videos of cameras and files for Rerun's viewer; shared parts of all exports."""

from .rerun import export_rerun
from .result import ExportReport
from .video import cameras_of, export_mp4

__all__ = ["ExportReport", "cameras_of", "export_mp4", "export_rerun"]
