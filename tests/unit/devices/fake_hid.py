# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""USB ports without USB: SpaceMice that are plugged in and out, and send the reports that real ones send.

The layouts below are written down here a second time, so that they check pyspacemouse's.
"""

import struct
from collections import deque

IDS = {
    "SpaceMouseEnterprise": (0x256F, 0xC633),
    "SpaceExplorer": (0x046D, 0xC627),
    "SpaceNavigator": (0x046D, 0xC626),
    "SpaceMouseUSB": (0x256F, 0xC641),
    "SpaceMouseCompact": (0x256F, 0xC635),
    "SpaceMouseProWireless": (0x256F, 0xC632),
    "SpaceMouseProWirelessBluetooth": (0x256F, 0xC638),
    "SpaceMousePro": (0x046D, 0xC62B),
    "SpaceMouseWireless": (0x256F, 0xC62E),
    "SpaceMouseWirelessNew": (0x256F, 0xC63A),
    "UniversalReceiver": (0x256F, 0xC652),
    "SpacePilot": (0x046D, 0xC625),
    "SpacePilotPro": (0x046D, 0xC629),
}
ONE_REPORT = {
    "SpaceMouseEnterprise",
    "SpaceMouseProWireless",
    "SpaceMouseProWirelessBluetooth",
    "SpaceMouseWireless",
    "SpaceMouseWirelessNew",
    "UniversalReceiver",
}
"""Models that send all six axes in report 1; the others send translation in report 1 and rotation in report 2."""
BUTTONS = {
    "SpaceMouseEnterprise": (b"\x03\x00\x10\x00\x00", b"\x03\x00\x20\x00\x00"),
    "SpaceExplorer": (b"\x03\x01\x00", b"\x03\x02\x00"),
    "SpaceNavigator": (b"\x03\x01\x00", b"\x03\x02\x00"),
    "SpaceMouseCompact": (b"\x03\x01\x00", b"\x03\x02\x00"),
    "SpaceMouseProWireless": (b"\x03\x00\x10\x00\x00", b"\x03\x00\x20\x00\x00"),
    "SpaceMouseProWirelessBluetooth": (b"\x03\x00\x10\x00\x00", b"\x03\x00\x20\x00\x00"),
    "SpaceMousePro": (b"\x03\x00\x10\x00\x00", b"\x03\x00\x20\x00\x00"),
    "SpaceMouseWireless": (b"\x03\x01\x00", b"\x03\x02\x00"),
    "SpaceMouseWirelessNew": (b"\x03\x01\x00", b"\x03\x02\x00"),
    "UniversalReceiver": (b"\x03\x01\x00", b"\x03\x02\x00"),
    "SpacePilot": (b"\x03\x01", b"\x03\x02"),
    "SpacePilotPro": (b"\x03\x00\x00\x02\x00", b"\x03\x00\x00\x04\x00"),
}
"""Reports of the gripper's button and of the reset button; a SpaceMouseUSB has no buttons."""
NO_BUTTONS = b"\x03\x00\x00\x00\x00"


class FakeMouse:
    """One SpaceMouse."""

    def __init__(self, model: str):
        self.model, self.reports, self.gone, self.opened = model, deque(), False, False

    def move(self, x=0, y=0, z=0, rx=0, ry=0, rz=0) -> None:
        """Send raw values, -350 to 350: x right, y toward the user, z down, and clockwise about them."""
        if self.model in ONE_REPORT:
            self.reports.append(b"\x01" + struct.pack("<6h", x, y, z, rx, ry, rz))
        else:
            self.reports.append(b"\x01" + struct.pack("<3h", x, y, z))
            self.reports.append(b"\x02" + struct.pack("<3h", rx, ry, rz))

    # what hidapi's device does

    def read(self, size: int) -> list[int]:
        if self.gone:
            raise OSError("read error")
        return list(self.reports.popleft()[:size]) if self.reports else []

    def close(self) -> None:
        self.opened = False


class FakePorts:
    """All HID devices of a machine."""

    def __init__(self, *mice: FakeMouse):
        self.mice = list(mice)
        self.refused: set[str] = set()
        """Models that may not be opened."""

    def enumerate(self) -> list[dict]:
        keyboard = {"vendor_id": 0x046D, "product_id": 0xC31C, "path": b"/dev/hidraw0", "product_string": "Keyboard"}
        mice = [
            {"vendor_id": IDS[mouse.model][0], "product_id": IDS[mouse.model][1], "path": b"/fake/hidraw%d" % index}
            for index, mouse in enumerate(self.mice, 1)
            if not mouse.gone
        ]
        # A composite device is listed once for each of its usages.
        return [keyboard, *mice, *mice]

    def open(self, path: str) -> FakeMouse:
        mouse = self.mice[int(path[-1]) - 1]
        if mouse.gone or mouse.model in self.refused:
            raise OSError("open failed")
        mouse.opened = True
        return mouse
