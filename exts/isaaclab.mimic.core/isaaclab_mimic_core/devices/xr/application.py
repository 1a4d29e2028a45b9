# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a running Isaac Sim needs to show the scene in a headset.

Its full application (`isaacsim.exp.full`) starts without any of it. Isaac Lab's for headsets
(`isaaclab.python.xr.openxr.kit` of isaaclab 3.0.0) and Isaac Sim's (`isaacsim.exp.base.xr.vr.kit` of isaacsim 6.2.0)
start with it.
"""

import contextlib
import sys
from collections.abc import Iterator
from typing import Any

from ...errors import DeviceError
from ...sim.host import inside_isaac_sim
from ...sim.isaac_sim.settings import RecordedSettings

EXTENSIONS = (
    "omni.kit.xr.core",
    "omni.kit.xr.system.openxr",
    "omni.kit.xr.ui.window.profile",
    "isaacsim.kit.xr.teleop.bridge",
)
"""OpenXR, the panel with the button that starts it, and what passes its session on to Isaac Teleop."""

SETTINGS: dict[str, Any] = {
    "/app/xr/enabled": True,
    "/defaults/xr/activeProfile": "ar",
    "/defaults/xr/profile/ar/anchorMode": "custom anchor",
    '/xr/openxr/components/"omni.kit.xr.openxr.ext.hand_tracking"/enabled': True,
    '/xr/openxr/components/"isaacsim.xr.openxr.hand_tracking"/enabled': True,
    '/xr/openxr/components/"isaacsim.kit.xr.teleop.bridge"/enabled': True,
    "/xr/skipInputDeviceUSDWrites": True,
}
"""What Isaac Lab's application for headsets sets, and the extensions read as they start."""

_FOR_THE_RUN = {"/isaaclab/xr/enabled": True, "/isaaclab/xr/auto_start": False}
"""As `isaaclab_physx.app.kit_launcher` publishes them with a window; Isaac Lab's simulation reads them as it begins."""

APPLICATION = (
    "./kit/kit PATH/TO/config/isaaclab.mimic.kit --enable isaaclab.python.xr.openxr "
    "--/exts/isaaclab.mimic.ui/runInsideIsaacSim=true"
)
"""The application with the window that starts with all of it, in the folder of an Isaac Sim."""


def check_application() -> None:
    """Find out whether the running Isaac Sim has what a headset needs, enabled or not; elsewhere nothing is asked.

    Raises:
        DeviceError: It has not; names the application that has.
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
def application_for_xr(settings: Any) -> Iterator[None]:
    """Make the running Isaac Sim ready for a headset, before a simulation is built; elsewhere do nothing.

    A recorded session needs nothing of it.

    Extensions that are not enabled yet are, and stay so: XR is not made to be taken away from an application that
    draws. The run's own settings are put back.

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
        # What the user's application says comes first.
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
