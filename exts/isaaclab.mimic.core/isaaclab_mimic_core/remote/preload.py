# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Import beforehand what every simulation needs; that is most of the time until its first step."""

import contextlib
import importlib

from ..garbage_collection import paused
from ..sim.engines import choose_engine
from ..sim.preparing import prepare

MODULES = (
    "torch",
    "isaaclab_mimic.envs",
    "isaaclab_tasks.utils.parse_cfg",
    "isaaclab.app.sim_launcher",
    "isaaclab.sim",
    "isaaclab_ov.assets",
    "isaaclab_ov.cloner",
    "isaaclab_ov.sensors",
    "newton",
    "isaaclab_mimic_core.stages.annotation.automatic",
    "isaaclab_mimic_core.stages.generation.generate",
    "isaaclab_mimic_core.stages.recording.record",
)
"""In their order: what ovphysx needs, and our stages."""


def preload() -> None:
    """Import `MODULES` where simulations run without Isaac Sim, which has to start before them; never raises.

    A module that cannot be imported is left to the stage that needs it, which says why.
    """
    with contextlib.suppress(Exception), paused():
        if choose_engine("auto") != "ovphysx":
            return
        prepare()
        for name in MODULES:
            importlib.import_module(name)
