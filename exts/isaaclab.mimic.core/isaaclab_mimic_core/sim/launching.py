# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""An Isaac Sim of this process's own, without a window: for Python that has Isaac Sim, and no PhysX beside it."""

import sys
from typing import Any

from .host import inside_isaac_sim

_launcher: Any = None


def start_isaac_sim(device: str) -> None:
    """Start Isaac Sim in this process, by Isaac Lab's launcher, unless it runs already. Takes about half a minute.

    It then runs until the process ends. `launch_simulation` would end it with each simulation, and the process with it
    (`SimulationApp.close`), before a stage's last words have left, or before its next simulation.

    Args:
        device: `cpu` or `cuda:<index>`.
    """
    global _launcher
    if _launcher is not None or inside_isaac_sim():
        return
    from isaaclab_physx.app import KitLauncher

    words = sys.argv
    # Isaac Sim takes the program's arguments for Kit's.
    sys.argv = words[:1]
    try:
        # Which cameras a task has is known only when its configuration is loaded, and that is done inside Kit.
        _launcher = KitLauncher({"headless": True, "enable_cameras": True, "device": device, "visualizer": []})
    finally:
        sys.argv = words


def is_own() -> bool:
    """Return whether the Isaac Sim that runs here was started by us: nobody works in it, and nothing is borrowed."""
    return _launcher is not None


def end_isaac_sim(exit_status: int) -> None:
    """End the process with an exit status if Isaac Sim was started in it, which would end it with 0. Else return."""
    if _launcher is not None:
        sys.stdout.flush()
        sys.stderr.flush()
        _launcher.close(exit_status)
