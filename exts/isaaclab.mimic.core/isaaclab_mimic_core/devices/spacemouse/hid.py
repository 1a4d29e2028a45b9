# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Find a SpaceMouse, read its reports, and find it again after it was unplugged.

The reports are read through the hidraw build of hidapi, which needs no system library and works with cable, receiver
and Bluetooth. pyspacemouse decodes them for each model.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...errors import DeviceError, PlatformError

if TYPE_CHECKING:
    from . import SpaceMouseSettings

AXES = ("x", "y", "z", "roll", "pitch", "yaw")
_REPORT_SIZE = 64
_MOST_REPORTS = 256
"""Most reports read in one poll, so that a device that sends without end does not block the caller."""
_LOOK_AGAIN = 0.5
"""Time between two searches for an unplugged SpaceMouse [s]."""
_BUTTON_CHANNEL = 3


@dataclass(frozen=True)
class Found:
    """A SpaceMouse that is plugged in."""

    model: str
    """pyspacemouse's name of the model."""
    path: str
    """Its device file."""
    vendor: int
    info: Any
    """pyspacemouse's `DeviceInfo`: where in a report each axis and button is."""


class Hid:
    """The hidraw build of hidapi; tests replace it by an object with the same methods."""

    def enumerate(self) -> list[dict]:
        """Return all HID devices: `vendor_id`, `product_id`, `path` (bytes), ..."""
        return _hidraw().enumerate()

    def open(self, path: str) -> Any:
        """Open a device for reading without waiting.

        Raises:
            OSError: It cannot be opened.
        """
        device = _hidraw().device()
        device.open_path(path.encode())
        device.set_nonblocking(True)
        return device


def find(hid: Any) -> list[Found]:
    """Return the SpaceMice that are plugged in, by vendor and product, each once."""
    from pyspacemouse import AxisConvention, apply_axis_convention, get_device_specs

    models = {spec.hid_id: (name, spec) for name, spec in get_device_specs().items()}
    found: dict[str, Found] = {}
    for device in hid.enumerate():
        if known := models.get((device["vendor_id"], device["product_id"])):
            name, spec = known
            path = os.fsdecode(device["path"])
            # x away from the user, y left, z up, right-handed: what the keys W, A and Q do.
            found.setdefault(path, Found(name, path, spec.vendor_id, apply_axis_convention(spec, AxisConvention.ROS)))
    return list(found.values())


def check(settings: "SpaceMouseSettings", task_id: str) -> None:
    """Check that there is a SpaceMouse that may be read (see `devices.check_device`).

    Raises:
        DeviceError: There is none, or it may not be read.
    """
    reader = SpaceMouseReader()
    try:
        if not reader.connected:
            raise DeviceError(reader.trouble, where="--teleop-device spacemouse", remedy=reader.remedy)
    finally:
        reader.close()


class SpaceMouseReader:
    """Reads the first SpaceMouse that can be opened.

    Args:
        hid: What enumerates and opens devices, by default hidapi.
        clock: Tells the time [s].
    """

    def __init__(self, hid: Any = None, clock: Callable[[], float] = time.monotonic):
        self._hid, self._clock = hid or Hid(), clock
        self._mouse: Any = None
        self._raw: _Adapter | None = None
        self._looked = -_LOOK_AGAIN
        self.model = ""
        """Its model; of the last one, while there is none."""
        self.trouble = ""
        """Why it cannot be read; empty while it can."""
        self.remedy = ""
        """What to do about that."""
        self.poll()

    @property
    def connected(self) -> bool:
        """Whether it is there and can be read."""
        return self._mouse is not None

    @property
    def axes(self) -> dict[str, float]:
        """Deflection by axis, about -1 to 1: x away from the user, y left, z up, and about them; 0 while it is gone."""
        if self._mouse is None:
            return dict.fromkeys(AXES, 0.0)
        return {name: float(getattr(self._mouse._state, name)) for name in AXES}

    @property
    def buttons(self) -> dict[str, bool]:
        """Whether each button is down, by pyspacemouse's name."""
        if self._mouse is None:
            return {}
        return dict(zip(self._mouse.info.button_names, map(bool, self._mouse._state.buttons), strict=True))

    def poll(self) -> list[tuple[str, bool]]:
        """Read all reports that have arrived; look for the device if it was unplugged.

        Returns:
            Buttons that went down (True) or up, in order.
        """
        if self._mouse is None:
            self._look()
        if self._mouse is None or self._raw is None:
            return []
        changes: list[tuple[str, bool]] = []
        try:
            for _ in range(_MOST_REPORTS):
                before = self.buttons
                self._mouse.read()
                if not self._raw.took:
                    break
                changes += [(name, down) for name, down in self.buttons.items() if down != before[name]]
        except OSError:
            changes += [(name, False) for name, down in self.buttons.items() if down]
            self._lose(f"The {self.model} was unplugged.", "Plug it in again.")
        return changes

    def close(self) -> None:
        """Release the device."""
        if self._raw is not None:
            self._raw.close()
        self._mouse = self._raw = None

    def _look(self) -> None:
        now = self._clock()
        if now - self._looked < _LOOK_AGAIN:
            return
        self._looked = now
        refused: Found | None = None
        for found in find(self._hid):
            try:
                self._open(found)
                return
            except OSError:
                refused = found
        if refused is not None:
            self._refused(refused)
        elif not self.model:
            self.trouble = "no SpaceMouse is plugged in"
            self.remedy = "Plug one in; mimic devices lists what is there."

    def _open(self, found: Found) -> None:
        from pyspacemouse import SpaceMouseDevice

        self._raw = _Adapter(self._hid.open(found.path))
        self._mouse = SpaceMouseDevice(info=found.info, device=self._raw)  # type: ignore[arg-type]
        self.model, self.trouble, self.remedy = found.model, "", ""

    def _refused(self, found: Found) -> None:
        if os.path.exists(found.path) and not os.access(found.path, os.R_OK | os.W_OK):
            self.trouble = f"the {found.model} at {found.path} may not be read: permission denied"
            self.remedy = udev_command(found.vendor)
        else:
            self.trouble = f"the {found.model} at {found.path} cannot be opened"
            self.remedy = "Plug it in again, or close the program that uses it."

    def _lose(self, trouble: str, remedy: str) -> None:
        self.close()
        self.trouble, self.remedy = trouble, remedy
        self._looked = self._clock()


class _Adapter:
    """Adapts a hidapi device to the interface that pyspacemouse expects."""

    def __init__(self, device: Any):
        self._device = device
        self.took = False
        """Whether the last read returned a report."""

    def read(self, size: int) -> bytes:
        # pyspacemouse reads as many bytes as the axes need, which truncates the button reports of some models.
        data = bytes(self._device.read(max(size, _REPORT_SIZE)))
        self.took = bool(data)
        # pyspacemouse reads a button's byte without checking the length of the report.
        return data.ljust(8, b"\0") if data[:1] == bytes([_BUTTON_CHANNEL]) else data

    def close(self) -> None:
        self._device.close()


def _hidraw() -> Any:
    try:
        import hidraw
    except ImportError as error:
        raise PlatformError(
            "the Python package hidapi lacks its hidraw module",
            where="SpaceMouse",
            remedy="pip install --force-reinstall hidapi==0.15.0",
        ) from error
    return hidraw


def udev_command(vendor: int) -> str:
    """Return a command that allows the user at the machine to use the vendor's HID devices, by USB or Bluetooth."""
    rule = f'KERNEL=="hidraw*", KERNELS=="*:{vendor:04X}:*", TAG+="uaccess"'
    # 73-seat-late.rules applies uaccess, so the rule has to sort before it.
    write = f"echo '{rule}' | sudo tee /etc/udev/rules.d/70-spacemouse.rules"
    return f"{write} && sudo udevadm control --reload && sudo udevadm trigger"
