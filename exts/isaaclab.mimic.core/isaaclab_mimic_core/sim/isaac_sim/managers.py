# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Hand the simulation from Isaac Sim's `SimulationManager` to Isaac Lab's `PhysxManager` for a run, and back.

Isaac Sim's `SimulationManager` invalidates the simulation's views when the timeline stops, and initialises itself again
for each new stage. Isaac Lab's launcher disables it when the application starts. If it is still enabled,
`isaaclab_physx` disables it and replaces its class permanently; this module prevents that.
"""

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

from .restoring import replaced_attributes
from .timeline import timeline_stopped

_ISAAC_SIM = "isaacsim.core.simulation_manager"
_FABRIC = "omni.physx.fabric"


@contextlib.contextmanager
def simulation_manager_disabled() -> Iterator[Callable[[], None]]:
    """Disable the callbacks of Isaac Sim's `SimulationManager`, as Isaac Lab's launcher does, and enable them again.

    Enter it before Isaac Lab is imported: Isaac Lab then finds the manager disabled and does not replace its class.

    Yields:
        A function that enables the callbacks earlier than the end of the context.
    """
    module: Any = sys.modules.get(_ISAAC_SIM)
    manager: Any = getattr(module, "SimulationManager", None)
    if not hasattr(manager, "get_default_callback_status"):
        # There is none, or Isaac Lab had replaced it before this run.
        yield lambda: None
        return
    before = manager.get_default_callback_status()

    def restore_callbacks() -> None:
        on, off = dict(before), manager.get_default_callback_status()
        if on != off:
            # A deprecated callback, which `enable_default_callbacks` does not cover.
            manager.enable_post_warm_start_callback(on.pop("post_warm_start", False))
            manager.enable_default_callbacks(**{f"enable_{name}": value for name, value in on.items()})

    with replaced_attributes(module, SimulationManager=manager, IsaacEvents=module.IsaacEvents):
        manager.enable_all_default_callbacks(False)
        try:
            yield restore_callbacks
        finally:
            restore_callbacks()


@contextlib.contextmanager
def physx_manager_adapted() -> Iterator[None]:
    """Adapt Isaac Lab's `PhysxManager` to an application that it does not own.

    While the timeline is paused, `PhysxManager` updates the application in a loop inside a simulation step. No other
    coroutine runs meanwhile, so nobody could stop the run. Here a step never waits: the stage checks the timeline
    before it steps (`LiveView.paused`).
    """
    import isaaclab_physx
    from isaaclab.physics import PhysicsManager
    from isaaclab_physx.physics import PhysxManager

    manager: Any = PhysxManager

    def never_wait(cls: Any) -> None:
        if cls._timeline.is_stopped():
            raise timeline_stopped()

    with (
        replaced_attributes(manager, wait_for_playing=classmethod(never_wait)),
        # This hook replaces Isaac Sim's manager as soon as that is enabled again.
        replaced_attributes(
            isaaclab_physx, _SIMULATION_MANAGER_ENABLE_HOOK=isaaclab_physx._SIMULATION_MANAGER_ENABLE_HOOK
        ),
    ):
        try:
            yield
        finally:
            if PhysicsManager._sim is not None:
                # Building the simulation failed half-way, so no environment closes it.
                manager.close()


@contextlib.contextmanager
def fabric_extension_restored() -> Iterator[None]:
    """Restore whether the extension omni.physx.fabric is enabled; Isaac Lab enables or disables it for a simulation."""
    import omni.kit.app  # type: ignore[import-not-found]

    manager = omni.kit.app.get_app().get_extension_manager()
    before = manager.is_extension_enabled(_FABRIC)
    try:
        yield
    finally:
        if manager.is_extension_enabled(_FABRIC) != before:
            manager.set_extension_enabled_immediate(_FABRIC, before)
