# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The workflow's stages, by name."""

import importlib
from dataclasses import fields
from typing import Any

from ..errors import OptionError
from ..options import (
    AnnotateByHandOptions,
    AnnotateOptions,
    EvaluateOptions,
    GenerateOptions,
    PlayOptions,
    QuickstartOptions,
    RecordOptions,
    ReplayOptions,
    TeleopOptions,
    TrainOptions,
    ViewOptions,
)
from .stage import Stage

_STAGES = {
    "quickstart": ("Quickstart", QuickstartOptions),
    "view": ("View", ViewOptions),
    "teleop": ("Teleop", TeleopOptions),
    "record": ("Record", RecordOptions),
    "annotate": ("Annotate", AnnotateOptions),
    "annotate_by_hand": ("AnnotateByHand", AnnotateByHandOptions),
    "replay": ("Replay", ReplayOptions),
    "generate": ("Generate", GenerateOptions),
    "train": ("Train", TrainOptions),
    "evaluate": ("Evaluate", EvaluateOptions),
    "play": ("Play", PlayOptions),
}
"""Name of a stage and of its module -> class, options. Modules are imported when asked for, for that takes long."""


def create(name: str, options: dict) -> Stage:
    """Build a stage from plain data, as it arrives in a worker process.

    Args:
        name: `record`, `annotate` or `generate`; or `package.module:Class` for a stage from elsewhere, which is called
            with the options as keyword arguments.
        options: The fields of the stage's options.

    Raises:
        OptionError: There is no such stage, or it has no such option.
        MimicError: An option cannot be used.
    """
    if ":" in name:
        module_name, _, class_name = name.partition(":")
        return getattr(importlib.import_module(module_name), class_name)(**options)
    if name not in _STAGES:
        raise OptionError(f"there is no stage {name!r}", remedy=f"Stages: {', '.join(_STAGES)}")
    _, options_class = _STAGES[name]
    unknown = set(options) - {field.name for field in fields(options_class)}
    if unknown:
        raise OptionError(f"{name} has no option {', '.join(sorted(unknown))}")
    return create_with(name, options_class(**options))


def create_with(name: str, options: Any) -> Stage:
    """Build a stage from its options, as they come from the command line."""
    class_name, _ = _STAGES[name]
    if name == "teleop" and options.generate_into:
        name, class_name = "consolidated", "Consolidated"
    return getattr(importlib.import_module(f".{name}", __name__), class_name)(options)
