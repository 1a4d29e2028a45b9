# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Watch which files of a folder are opened or written."""

import ctypes
import os
import struct
from pathlib import Path


class Watch:
    """Notices whoever touches a folder, by Linux's inotify: also what HDF5 opens from C, which Python does not see."""

    _EVENTS = 0x1 | 0x2 | 0x20 | 0x100 | 0x200
    """Read, changed, opened, made, removed; not closed, which may come late."""

    def __init__(self, folder: Path):
        libc = ctypes.CDLL(None, use_errno=True)
        self._fd = libc.inotify_init1(os.O_NONBLOCK)
        if self._fd < 0 or libc.inotify_add_watch(self._fd, os.fsencode(folder), self._EVENTS) < 0:
            raise OSError(ctypes.get_errno(), "inotify")

    def touched(self) -> set[str]:
        """Return the names of files that were touched since the last time."""
        names: set[str] = set()
        while True:
            try:
                events = os.read(self._fd, 1 << 16)
            except BlockingIOError:
                # Without a name it is the folder itself, which any program may list.
                return names - {""}
            at = 0
            while at < len(events):
                length = struct.unpack_from("iIII", events, at)[3]
                names.add(events[at + 16 : at + 16 + length].rstrip(b"\0").decode())
                at += 16 + length
