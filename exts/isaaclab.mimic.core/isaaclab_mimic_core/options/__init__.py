# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The options of each stage and verb: command line, window form and worker JSON are made from these.

Nothing heavy is imported here, so that `mimic --help` answers at once.
"""

from .annotation import AnnotateByHandOptions, AnnotateOptions
from .datasets import ConvertOptions, Destination, ExportOptions, Selection, Thresholds
from .evaluation import EvaluateOptions, ExportPolicyOptions, PlayOptions
from .generation import GenerateOptions, QuickstartOptions
from .rendering import RenderOptions
from .replay import ReplayOptions
from .simulation import DemonstrationOptions, SimOptions, ViewOptions
from .teleoperation import DrivenOptions, RecordOptions, TeleopOptions
from .training import TrainOptions

__all__ = [
    "AnnotateByHandOptions",
    "AnnotateOptions",
    "ConvertOptions",
    "DemonstrationOptions",
    "Destination",
    "DrivenOptions",
    "EvaluateOptions",
    "ExportOptions",
    "ExportPolicyOptions",
    "GenerateOptions",
    "PlayOptions",
    "QuickstartOptions",
    "RecordOptions",
    "RenderOptions",
    "ReplayOptions",
    "Selection",
    "SimOptions",
    "TeleopOptions",
    "Thresholds",
    "TrainOptions",
    "ViewOptions",
]
