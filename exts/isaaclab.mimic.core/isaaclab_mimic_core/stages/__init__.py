# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The workflow's stages, by name."""

import importlib
from dataclasses import fields

from ..errors import OptionError
from .stage import Stage

_STAGES = {
    "record": ("record", "Record", "RecordOptions"),
    "annotate": ("annotate", "Annotate", "AnnotateOptions"),
    "generate": ("generate", "Generate", "GenerateOptions"),
}
"""Name -> module, stage class, options class; imported when asked for, because simulation takes long to import."""


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
    module_name, stage_name, options_name = _STAGES[name]
    module = importlib.import_module(f".{module_name}", __name__)
    options_class = getattr(module, options_name)
    unknown = set(options) - {field.name for field in fields(options_class)}
    if unknown:
        raise OptionError(f"{name} has no option {', '.join(sorted(unknown))}")
    return getattr(module, stage_name)(options_class(**options))
