# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The extensions and settings with which a running Isaac Sim shows the scene in a headset.

Isaac Sim's full application (`isaacsim.exp.full`) does not enable these extensions. The applications for headsets do:
Isaac Lab's (`isaaclab.python.xr.openxr.kit` of isaaclab 3.0.0) and Isaac Sim's (`isaacsim.exp.base.xr.vr.kit` of
isaacsim 6.2.0).
"""

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ...errors import DeviceError
from ...sim.host import inside_isaac_sim
from ...sim.isaac_sim.settings import RecordedSettings

if TYPE_CHECKING:
    from . import XrSettings

EXTENSIONS = (
    "omni.kit.xr.core",
    "omni.kit.xr.system.openxr",
    "omni.kit.xr.ui.window.profile",
    "isaacsim.kit.xr.teleop.bridge",
)
"""OpenXR, the panel with the button that starts it, and the bridge that passes its session to Isaac Teleop."""

SETTINGS: dict[str, Any] = {
    "/app/xr/enabled": True,
    "/defaults/xr/activeProfile": "ar",
    "/defaults/xr/profile/ar/anchorMode": "custom anchor",
    '/xr/openxr/components/"omni.kit.xr.openxr.ext.hand_tracking"/enabled': True,
    '/xr/openxr/components/"isaacsim.xr.openxr.hand_tracking"/enabled': True,
    '/xr/openxr/components/"isaacsim.kit.xr.teleop.bridge"/enabled': True,
    "/xr/skipInputDeviceUSDWrites": True,
}
"""Settings of Isaac Lab's application for headsets, which the extensions read when they start."""

_FOR_THE_RUN = {"/isaaclab/xr/enabled": True, "/isaaclab/xr/auto_start": False}
"""Settings that `isaaclab_physx.app.kit_launcher` makes for XR with a window; Isaac Lab's simulation reads them."""

APPLICATION = (
    "./kit/kit PATH/TO/config/isaaclab.mimic.kit --enable isaaclab.python.xr.openxr "
    "--/exts/isaaclab.mimic.ui/runInsideIsaacSim=true"
)
"""Command, in Isaac Sim's folder, for an application with the Mimic window and these extensions."""


def check_application() -> None:
    """Check that the running Isaac Sim has the extensions for a headset, enabled or not; elsewhere do nothing.

    Raises:
        DeviceError: Some are missing; names the application that has them.
    """
    if not inside_isaac_sim():
        return
    there = {extension["name"] for extension in _manager().get_extensions()}
    if missing := [name for name in EXTENSIONS if name not in there]:
        raise DeviceError(
            f"this application has no {', '.join(missing)}, without which the headset shows nothing",
            where="--teleop-device xr",
            remedy=f"Start Isaac Lab's application for headsets: {APPLICATION}. In a process of its own the step "
            "follows the hands, and the headset shows messages only.",
        )


@contextlib.contextmanager
def application_for_xr(settings: "XrSettings") -> Iterator[None]:
    """Prepare the running Isaac Sim for a headset, before a simulation is built; elsewhere do nothing.

    Nothing is done for a replayed session either. Extensions that are enabled here stay enabled: XR cannot safely be
    disabled while the application renders. The settings for the run are restored.

    Raises:
        DeviceError: As `check_application`, or an extension does not start.
    """
    if settings.mcap_replay or not inside_isaac_sim():
        yield
        return
    check_application()
    import carb.settings

    of_kit: Any = carb.settings.get_settings()
    _enable(of_kit)
    run_settings = RecordedSettings(of_kit)
    for path, value in _FOR_THE_RUN.items():
        run_settings.set(path, value)
    try:
        yield
    finally:
        run_settings.restore()


def _enable(settings: Any) -> None:
    manager = _manager()
    off = [name for name in EXTENSIONS if not manager.is_extension_enabled(name)]
    if not off:
        return
    for path, value in SETTINGS.items():
        # Settings that the user's application has already made come first.
        if settings.get(path) is None:
            settings.set(path, value)
    for name in off:
        manager.set_extension_enabled_immediate(name, True)
        found = manager.get_enabled_extension_id(name)
        if not found or manager.get_extension_dict(found)["state"]["failed"]:
            raise DeviceError(
                f"the extension {name} does not start in this application",
                where="--teleop-device xr",
                remedy=f"Start Isaac Lab's application for headsets: {APPLICATION}.",
            )


def _manager() -> Any:
    return sys.modules["omni.kit.app"].get_app().get_extension_manager()
