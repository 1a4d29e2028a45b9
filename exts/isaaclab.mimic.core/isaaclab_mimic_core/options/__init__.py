# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The options of each stage and verb, with their help texts, one file per topic.

The docstring below a field is the option's help text. The command line, the window's forms and the worker's JSON are
made from these classes; `option.py` says how an option is declared. The options of a device are in the `__init__.py`
of its folder in `devices/`. Only light modules are imported here, so that `mimic --help` answers at once.
"""

from .annotation import AnnotateByHandOptions, AnnotateOptions
from .datasets import ConvertOptions, Destination, ExportOptions, ImportOptions, Selection, Thresholds
from .describing import TaskCheckOptions, TaskInitOptions
from .evaluation import EvaluateOptions, ExportPolicyOptions, PlayOptions
from .generation import GenerateOptions, QuickstartOptions
from .rendering import RenderOptions
from .replay import ReplayOptions
from .simulation import DemonstrationOptions, SimOptions, ViewOptions
from .teleoperation import DrivenOptions, RecordOptions, TeleopOptions
from .training import TrainOptions
from .workers import WorkerOptions

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
    "ImportOptions",
    "PlayOptions",
    "QuickstartOptions",
    "RecordOptions",
    "RenderOptions",
    "ReplayOptions",
    "Selection",
    "SimOptions",
    "TaskCheckOptions",
    "TaskInitOptions",
    "TeleopOptions",
    "Thresholds",
    "TrainOptions",
    "ViewOptions",
    "WorkerOptions",
]
