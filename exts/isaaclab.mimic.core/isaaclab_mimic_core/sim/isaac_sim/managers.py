# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Who sees to the life of a simulation: Isaac Sim's manager of its own, or Isaac Lab's.

Isaac Sim's `SimulationManager` invalidates the views of the simulation when the timeline stops, and sets itself up anew
for each stage. Isaac Lab's launcher has it switched off as the application starts; where it is on, `isaaclab_physx`
switches it off, and puts its own class in its place for good.
"""

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

from .keeping import kept_attributes
from .timeline import timeline_stopped

_ISAAC_SIM = "isaacsim.core.simulation_manager"
_FABRIC = "omni.physx.fabric"


@contextlib.contextmanager
def isaac_sim_stands_back() -> Iterator[Callable[[], None]]:
    """Switch Isaac Sim's own manager off for a time, as Isaac Lab's launcher does; yield what switches it on before.

    To be entered before anything of Isaac Lab is imported: it then finds the manager switched off, and leaves its class
    in place.
    """
    module: Any = sys.modules.get(_ISAAC_SIM)
    manager: Any = getattr(module, "SimulationManager", None)
    if not hasattr(manager, "get_default_callback_status"):
        # None here, or Isaac Lab has replaced it before: then it is not ours to put back.
        yield lambda: None
        return
    before = manager.get_default_callback_status()

    def come_back() -> None:
        on, off = dict(before), manager.get_default_callback_status()
        if on != off:
            # This one is deprecated, and has no switch in the other call.
            manager.enable_post_warm_start_callback(on.pop("post_warm_start", False))
            manager.enable_default_callbacks(**{f"enable_{name}": value for name, value in on.items()})

    with kept_attributes(module, SimulationManager=manager, IsaacEvents=module.IsaacEvents):
        manager.enable_all_default_callbacks(False)
        try:
            yield come_back
        finally:
            come_back()


@contextlib.contextmanager
def isaac_lab_lets_go() -> Iterator[None]:
    """Change what Isaac Lab's manager does in an application that is not its own.

    It waits for a paused timeline by updating the application over and over in the middle of a step, where no other
    coroutine of the application goes on: nobody could stop it. Here whoever steps asks first.
    """
    import isaaclab_physx
    from isaaclab.physics import PhysicsManager
    from isaaclab_physx.physics import PhysxManager

    manager: Any = PhysxManager

    def never_wait(cls: Any) -> None:
        if cls._timeline.is_stopped():
            raise timeline_stopped()

    with (
        kept_attributes(manager, wait_for_playing=classmethod(never_wait)),
        # Else it would replace Isaac Sim's manager as soon as that is enabled anew.
        kept_attributes(isaaclab_physx, _SIMULATION_MANAGER_ENABLE_HOOK=isaaclab_physx._SIMULATION_MANAGER_ENABLE_HOOK),
    ):
        try:
            yield
        finally:
            if PhysicsManager._sim is not None:
                # The simulation was not built to its end, and nobody else closes what has been.
                manager.close()


@contextlib.contextmanager
def fabric_kept() -> Iterator[None]:
    """Leave PhysX's extension for Fabric on or off, as it was: Isaac Lab switches it on for a simulation, or off."""
    import omni.kit.app  # type: ignore[import-not-found]

    manager = omni.kit.app.get_app().get_extension_manager()
    before = manager.is_extension_enabled(_FABRIC)
    try:
        yield
    finally:
        if manager.is_extension_enabled(_FABRIC) != before:
            manager.set_extension_enabled_immediate(_FABRIC, before)
