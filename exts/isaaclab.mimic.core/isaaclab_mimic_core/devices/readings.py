# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The current input of devices, for display, without a simulation."""

from typing import Any

from .spacemouse.hid import SpaceMouseReader


class LiveReadings:
    """Reads a SpaceMouse and the keys that a host passes on, for display.

    Args:
        hid: What enumerates and opens HID devices, by default hidapi.
    """

    def __init__(self, hid: Any = None):
        self._mouse = SpaceMouseReader(hid)
        self._keys: set[str] = set()

    def key(self, name: str, pressed: bool, at: float = 0.0) -> None:
        """Take a key's press or release."""
        (self._keys.add if pressed else self._keys.discard)(name)

    @property
    def ended(self) -> bool:
        """Whether Esc is pressed."""
        return "ESCAPE" in self._keys

    def release(self) -> None:
        """Release all keys."""
        self._keys.clear()

    def poll(self) -> dict:
        """Return the readings now, as plain data."""
        self._mouse.poll()
        mouse: dict = {"connected": self._mouse.connected}
        if self._mouse.connected:
            mouse |= {
                "model": self._mouse.model,
                "axes": {name: round(value, 3) for name, value in self._mouse.axes.items()},
                "buttons": [name for name, down in self._mouse.buttons.items() if down],
            }
        return {"keyboard": {"keys": sorted(self._keys)}, "spacemouse": mouse}

    def close(self) -> None:
        """Release the devices."""
        self._mouse.close()
