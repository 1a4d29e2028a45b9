# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Videos of cameras, and what every export has."""

from .result import ExportReport
from .video import cameras_of, export_mp4

__all__ = ["ExportReport", "cameras_of", "export_mp4"]
