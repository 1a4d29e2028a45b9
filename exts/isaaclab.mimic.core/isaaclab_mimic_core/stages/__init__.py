# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The stages of the workflow, by name. Each is a class derived from `Stage` (`stage.py`).

- `recording/`: record and teleoperate. `annotation/`: mark subtasks. `replay/`: replay demonstrations.
- `generation/`: generate; it steps the generator of `datagen/`, and saves what succeeds.
- `rendering/`: draw what cameras see. `learning/`: train, evaluate, play and export policies.
- `describing/`: propose a task's descriptor from demonstrations, and check one.
- `files/`: check inputs and outputs, resume runs; `files/demo_file.py` saves demonstrations for all stages.
- `sim_stage.py`: what all stages that simulate have in common. `drive.py`: run a stage to its end.
"""

import importlib
from collections.abc import Callable
from typing import Any

from ..errors import OptionError
from ..option import read_options
from ..options import (
    AnnotateByHandOptions,
    AnnotateOptions,
    EvaluateOptions,
    GenerateOptions,
    PlayOptions,
    QuickstartOptions,
    RecordOptions,
    RenderOptions,
    ReplayOptions,
    TaskCheckOptions,
    TaskInitOptions,
    TeleopOptions,
    TrainOptions,
    ViewOptions,
)
from .stage import Stage

_STAGES = {
    "quickstart": (".quickstart:Quickstart", QuickstartOptions),
    "view": (".view:View", ViewOptions),
    "teleop": (".recording.teleop:Teleop", TeleopOptions),
    "record": (".recording.record:Record", RecordOptions),
    "task_init": (".describing.propose:ProposeTask", TaskInitOptions),
    "task_check": (".describing.check:CheckTask", TaskCheckOptions),
    "annotate": (".annotation.automatic:Annotate", AnnotateOptions),
    "annotate_by_hand": (".annotation.manual:AnnotateByHand", AnnotateByHandOptions),
    "replay": (".replay.replay:Replay", ReplayOptions),
    "render": ("..remote.render:Render", RenderOptions),
    "generate": (".generation.generate:Generate", GenerateOptions),
    "train": (".learning.train:Train", TrainOptions),
    "evaluate": (".learning.evaluate:Evaluate", EvaluateOptions),
    "play": (".learning.play:Play", PlayOptions),
}
"""Name of a stage -> its class and its options. The class's module is imported when asked for: that takes long."""
_FILMS = ".rendering.films:Films"
"""`render` with `video`."""
_SHARED = {
    "generate": "..cluster.generate:GenerateShared",
    "render": "..cluster.render:RenderShared",
    "annotate": "..cluster.annotate:AnnotateShared",
    "evaluate": "..cluster.evaluate:EvaluateShared",
    "replay": "..cluster.replay:ReplayShared",
}
"""Stages with workers."""
_IN_PROCESSES = "..cluster.train:start"
"""`train` with `processes`."""
_CONSOLIDATED = ".recording.consolidated:Consolidated"
"""`teleop` with `generate_into`."""


def create(name: str, options: dict) -> Stage:
    """Build a stage from plain data, as it arrives in a worker process.

    Args:
        name: Name of one of our stages; or `package.module:Class` for a stage from elsewhere, which is called with the
            options as keyword arguments.
        options: The fields of the stage's options.

    Raises:
        OptionError: There is no such stage, or it has no such option.
        MimicError: An option cannot be used.
    """
    if ":" in name:
        return _find(name)(**options)
    if name not in _STAGES:
        raise OptionError(f"there is no stage {name!r}", remedy=f"Stages: {', '.join(_STAGES)}")
    _, options_class = _STAGES[name]
    return create_with(name, read_options(options_class, options, name))


def create_with(name: str, options: Any) -> Stage:
    """Build a stage from its options, as they come from the command line."""
    place, _ = _STAGES[name]
    if name == "teleop" and options.generate_into:
        place = _CONSOLIDATED
    elif name in _SHARED and options.is_shared:
        place = _SHARED[name]
    elif name == "train" and options.processes != 1:
        place = _IN_PROCESSES
    elif name == "render" and options.video:
        place = _FILMS
    return _find(place)(options)


def _find(place: str) -> Callable[..., Stage]:
    """Import `module:Class`."""
    module_name, _, class_name = place.partition(":")
    return getattr(importlib.import_module(module_name, __name__), class_name)
