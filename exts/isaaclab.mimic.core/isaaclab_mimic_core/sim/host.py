# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Where this process runs: in Isaac Sim, in a bare Kit kernel, or in plain Python."""

import importlib.util
import sys

_ISAAC_LAB_USES = ("omni.usd", "omni.timeline", "omni.physx", "omni.physx.tensors")
"""Extensions without which Isaac Lab's simulation in Kit (isaaclab_physx) cannot be imported."""


def inside_kit() -> bool:
    """Return whether a Kit application runs in this process, without importing Kit."""
    module = sys.modules.get("omni.kit.app")
    try:
        return module is not None and module.get_app() is not None
    except Exception:  # Kit raises its own errors while it starts or stops: then it does not run
        return False


def inside_isaac_sim() -> bool:
    """Return whether this is a running Isaac Sim: Kit with a USD context, a timeline and PhysX to simulate with.

    A bare Kit kernel, as in development, has none of them, and other applications for USD have no PhysX: environments
    then run without Kit's help.
    """
    if not inside_kit():
        return False
    manager = sys.modules["omni.kit.app"].get_app().get_extension_manager()
    return all(manager.is_extension_enabled(name) for name in _ISAAC_LAB_USES)


def isaac_sim_is_here() -> bool:
    """Return whether Isaac Sim can be started from this process.

    It can if this process runs in it, or if Python has Isaac Sim's own package. The importers alone
    (`isaacsim-asset-isolated`), which share its name, are not enough.
    """
    if inside_isaac_sim():
        return True
    # Found without importing it, which would start the Kit kernel.
    found = importlib.util.find_spec("isaacsim") if "isaacsim" not in sys.modules else sys.modules["isaacsim"].__spec__
    return found is not None and found.origin is not None
