# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The devices that can drive, in the order shown to people."""

from ..plugins import DeviceSpec, register_device

_HERE = "isaaclab_mimic_core.devices"

_DEVICES = (
    DeviceSpec("keyboard", "Keyboard", device=f"{_HERE}.keyboard:Keyboard", probe=f"{_HERE}.listing:list_keyboard"),
    DeviceSpec(
        "spacemouse",
        "SpaceMouse",
        device=f"{_HERE}.spacemouse:SpaceMouse",
        check=f"{_HERE}.spacemouse_hid:check",
        probe=f"{_HERE}.listing:list_spacemice",
    ),
    DeviceSpec("gamepad", "Gamepad", device=f"{_HERE}.gamepad:Gamepad", probe=f"{_HERE}.listing:list_gamepad"),
    DeviceSpec(
        "xr",
        "Headset",
        device=f"{_HERE}.xr:Xr",
        check=f"{_HERE}.xr_session:check_xr",
        probe=f"{_HERE}.listing:list_xr",
    ),
    DeviceSpec(
        "scripted",
        "The task's own script",
        live=False,
        device=f"{_HERE}:make_script",
        check=f"{_HERE}:check_script",
        probe=f"{_HERE}.listing:list_script",
    ),
)


def register() -> None:
    """Register them all."""
    for device in _DEVICES:
        register_device(device)
