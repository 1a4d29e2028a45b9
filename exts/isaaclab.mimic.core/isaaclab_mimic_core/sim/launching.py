# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Start an Isaac Sim without a window in this process, for a Python that has Isaac Sim but no ovphysx."""

import sys
from typing import Any

from .host import inside_isaac_sim

_launcher: Any = None


def start_isaac_sim(device: str) -> None:
    """Start Isaac Sim in this process with Isaac Lab's launcher, unless it is running. Takes about half a minute.

    It runs until the process ends. `launch_simulation` would close it after each simulation, and the process with it
    (`SimulationApp.close`), before a stage's last events are sent and before a next simulation.

    Args:
        device: `cpu` or `cuda:<index>`.
    """
    global _launcher
    if _launcher is not None or inside_isaac_sim():
        return
    from isaaclab_physx.app import KitLauncher

    words = sys.argv
    # Isaac Sim would parse the program's arguments as Kit's.
    sys.argv = words[:1]
    try:
        # Whether a task has cameras is known only when its configuration is loaded, which happens inside Kit.
        _launcher = KitLauncher({"headless": True, "enable_cameras": True, "device": device, "visualizer": []})
    finally:
        sys.argv = words


def is_own() -> bool:
    """Return whether `start_isaac_sim` started the Isaac Sim in this process; nobody works in it then."""
    return _launcher is not None


def end_isaac_sim(exit_status: int) -> None:
    """End the process with an exit status if `start_isaac_sim` was called; Isaac Sim would end it with status 0."""
    if _launcher is not None:
        sys.stdout.flush()
        sys.stderr.flush()
        _launcher.close(exit_status)
