# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Which SpaceMouse models are plugged in, and whether they may be read."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ...finding import Finding
from ..listing import Listed
from .hid import Hid, find, udev_command

_3DCONNEXION = 0x256F
_LOGITECH = 0x046D
_LOGITECH_3D_MICE = frozenset(
    (0xC603, 0xC605, 0xC606, 0xC621, 0xC623, 0xC625, 0xC626, 0xC627, 0xC628, 0xC629, 0xC62B, 0xC640)
)
"""Products with Logitech's vendor number, from when Logitech owned 3Dconnexion; its others are keyboards and mice."""


def _accessible(device: Path) -> bool:
    """Return whether a device file can be read and written; writing switches the SpaceMouse's light on."""
    return os.access(device, os.R_OK | os.W_OK)


def examine(
    classes: Path = Path("/sys/class/hidraw"),
    devices: Path = Path("/dev"),
    accessible: Callable[[Path], bool] = _accessible,
) -> Iterator[Finding]:
    """Look for SpaceMice among the raw HID devices.

    Args:
        classes: Folder in which the kernel lists them.
        devices: Folder of their device files.
        accessible: Whether a device file can be read and written.
    """
    nodes = sorted(classes.iterdir()) if classes.is_dir() else []
    readable = [node for node in nodes if accessible(devices / node.name)]
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


def probe(hid: Any = None) -> list[Listed]:
    """Say which SpaceMouse models are plugged in.

    Args:
        hid: What enumerates and opens HID devices, by default hidapi.
    """
    hid = hid or Hid()
    listed = []
    for found in find(hid):
        place = f"{found.model} at {found.path}"
        try:
            hid.open(found.path).close()
            listed.append(Listed("spacemouse", True, place))
        except OSError:
            denied = os.path.exists(found.path) and not os.access(found.path, os.R_OK | os.W_OK)
            detail = f"{place}: permission denied" if denied else f"{place} cannot be opened"
            remedy = udev_command(found.vendor) if denied else "Close the program that uses it, or plug it in again."
            listed.append(Listed("spacemouse", False, detail, remedy, trouble=True))
    return listed or [Listed("spacemouse", False, "none plugged in")]


def _identity(node: Path) -> tuple[int, int, str]:
    """Return vendor, product and name of a raw HID device; zeros where the kernel does not tell."""
    try:
        lines = (node / "device" / "uevent").read_text(errors="replace").splitlines()
        values = dict(line.split("=", 1) for line in lines if "=" in line)
        _, vendor, product = values["HID_ID"].split(":")
        return int(vendor, 16), int(product, 16), values.get("HID_NAME") or "a 3D mouse"
    except (OSError, KeyError, ValueError):
        return 0, 0, ""
