# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Who demonstrates."""

import importlib
from typing import Any

_SCRIPTED = {
    "Mimic-Lift-Box-Two-Franka-v0": "scripted_two_arm:ScriptedLifters",
    "Mimic-Clear-And-Place-Two-Franka-v0": "scripted_two_arm:ScriptedClearers",
}
"""Task -> module and class of its scripted demonstrator; every other task is a cube stack."""


def scripted_for(task_id: str) -> Any:
    """Return the class of the scripted demonstrator of a task, called with the environments and a seed.

    It has `begin(env_ids, numbers)` for freshly reset environments, and `action()`.
    """
    module, name = _SCRIPTED.get(task_id, "scripted:ScriptedStacker").split(":")
    return getattr(importlib.import_module(f"{__name__}.{module}"), name)
