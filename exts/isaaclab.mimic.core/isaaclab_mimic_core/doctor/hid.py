# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Whether a SpaceMouse that is plugged in may be read."""

import os
from collections.abc import Iterator
from pathlib import Path

from .finding import Finding

_3DCONNEXION = 0x256F
_LOGITECH = 0x046D
_LOGITECH_3D_MICE = frozenset(
    (0xC603, 0xC605, 0xC606, 0xC621, 0xC623, 0xC625, 0xC626, 0xC627, 0xC628, 0xC629, 0xC62B, 0xC640)
)
"""Logitech sold these as 3Dconnexion's owner; its other products are keyboards and ordinary mice."""


def check_hid(classes: Path = Path("/sys/class/hidraw"), devices: Path = Path("/dev")) -> Iterator[Finding]:
    """Look for SpaceMice among the raw HID devices.

    Args:
        classes: Where the kernel lists them; a parameter for tests, as is the next.
        devices: Where their device files are.
    """
    nodes = sorted(classes.iterdir()) if classes.is_dir() else []
    readable = [node for node in nodes if _accessible(devices / node.name)]
    found = False
    for node in nodes:
        vendor, product, name = _identity(node)
        if vendor != _3DCONNEXION and (vendor, product in _LOGITECH_3D_MICE) != (_LOGITECH, True):
            continue
        found = True
        device = devices / node.name
        if node in readable:
            yield Finding("SpaceMouse", "ok", f"{name} at {device}")
        elif device.exists():
            yield Finding("SpaceMouse", "problem", f"{name} at {device}: permission denied", udev_command(vendor))
        else:
            remedy = f"Start the container with --device {device}."
            yield Finding("SpaceMouse", "problem", f"{name} is plugged in, but {device} is not here", remedy)
    if not found:
        others = f"; {len(readable)} of {len(nodes)} other HID devices can be read" if nodes else ""
        yield Finding("SpaceMouse", "ok", f"none plugged in{others}")


def udev_command(vendor: int) -> str:
    """Return a command that lets whoever sits at the machine use the vendor's HID devices, by USB or Bluetooth."""
    rule = f'KERNEL=="hidraw*", KERNELS=="*:{vendor:04X}:*", TAG+="uaccess"'
    # uaccess is acted upon in 73-seat-late.rules, so the rule has to come before.
    write = f"echo '{rule}' | sudo tee /etc/udev/rules.d/70-spacemouse.rules"
    return f"{write} && sudo udevadm control --reload && sudo udevadm trigger"


def _accessible(device: Path) -> bool:
    """Whether it can be read, and written, as setting a SpaceMouse's light is."""
    return os.access(device, os.R_OK | os.W_OK)


def _identity(node: Path) -> tuple[int, int, str]:
    """Return vendor, product and name of a raw HID device; zeros where the kernel does not tell."""
    try:
        lines = (node / "device" / "uevent").read_text(errors="replace").splitlines()
        values = dict(line.split("=", 1) for line in lines if "=" in line)
        _, vendor, product = values["HID_ID"].split(":")
        return int(vendor, 16), int(product, 16), values.get("HID_NAME") or "a 3D mouse"
    except (OSError, KeyError, ValueError):
        return 0, 0, ""
