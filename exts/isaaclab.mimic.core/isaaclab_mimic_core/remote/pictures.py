# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Pictures from a worker process to its parent, through memory that both map.

The memory has no name: the parent makes it before it starts the worker, which inherits its descriptor. So nothing has
to be made known or removed, and the system frees it however either process ends. (`multiprocessing.shared_memory` has
names, and Python 3.12 starts a process of its own to remove those that are left over.)

There are two slots. A picture is written to the slot that the reader was not told of last, so that neither waits for
the other; a number at both ends of the writing tells the reader whether its copy is whole.
"""

import contextlib
import json
import mmap
import os
import struct
import tempfile

from ..picture import MOST_PIXELS, Picture

_LATEST = struct.Struct("<Q")
"""Head of the memory: number of the latest picture, 0 before there is one."""
_SLOT = struct.Struct("<QII")
"""Head of a slot: the picture's number, length of its description and of its pixels [bytes]."""
_HEAD = 64
_MAX_INFO = 1 << 18
_SLOT_SIZE = _HEAD + _MAX_INFO + 4 * MOST_PIXELS
_SIZE = _HEAD + 2 * _SLOT_SIZE
_TRIES = 3


class PictureMemory:
    """One end of the memory; one process writes, the other reads.

    Args:
        descriptor: Of the memory, which is closed with this object.
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._map = mmap.mmap(descriptor, _SIZE)
        self._number = 0
        """Of the picture that was written or read last."""

    @classmethod
    def create(cls) -> "PictureMemory":
        """Make the memory. It occupies what has been written to it, nothing before.

        Raises:
            OSError: The system gives none.
        """
        if hasattr(os, "memfd_create"):
            descriptor = os.memfd_create("mimic pictures")
        else:
            with tempfile.TemporaryFile() as file:
                descriptor = os.dup(file.fileno())
        os.ftruncate(descriptor, _SIZE)
        return cls(descriptor)

    def write(self, picture: Picture) -> None:
        """Show a picture to the reader.

        Raises:
            ValueError: It is too large.
        """
        info = json.dumps(picture.info).encode()
        size = sum(image.nbytes for image in picture.images)
        if len(info) > _MAX_INFO or size > 4 * MOST_PIXELS:
            raise ValueError(f"{len(info)} and {size} bytes are too many for one picture")
        number = self._number + 1
        at = _HEAD + (number % 2) * _SLOT_SIZE
        # First of all, so that whoever is reading this slot still sees that it changes.
        _SLOT.pack_into(self._map, at, number, len(info), size)
        at += _HEAD
        self._map[at : at + len(info)] = info
        at += _MAX_INFO
        for image in picture.images:
            self._map[at : at + image.nbytes] = image.tobytes()
            at += image.nbytes
        _LATEST.pack_into(self._map, 0, number)
        self._number = number

    def read(self) -> Picture | None:
        """Return the latest picture; None if it has been read already, or there is none.

        Raises:
            ValueError: What is there is no picture.
        """
        for _ in range(_TRIES):
            (number,) = _LATEST.unpack_from(self._map, 0)
            if number == self._number:
                return None
            at = _HEAD + (number % 2) * _SLOT_SIZE
            _, info_size, size = _SLOT.unpack_from(self._map, at)
            if info_size > _MAX_INFO or size > 4 * MOST_PIXELS:
                continue
            info = self._map[at + _HEAD : at + _HEAD + info_size]
            begin = at + _HEAD + _MAX_INFO
            pixels = self._map[begin : begin + size]
            if _SLOT.unpack_from(self._map, at)[0] == number:
                self._number = number
                return _unpacked(json.loads(info), pixels)
        # The writer is faster than this process can copy; there will be another picture soon.
        return None

    @property
    def closed(self) -> bool:
        return self.descriptor < 0

    def close(self) -> None:
        """Release the memory. Closing twice is harmless."""
        self._map.close()
        if self.descriptor >= 0:
            with contextlib.suppress(OSError):
                os.close(self.descriptor)
            self.descriptor = -1


def _unpacked(info: dict, pixels: bytes) -> Picture:
    # Late: a window without numpy can start workers, too, and has no pictures to show.
    import numpy as np

    images, at = [], 0
    for camera in info["cameras"]:
        width, height = camera["width"], camera["height"]
        flat = np.frombuffer(pixels, np.uint8, 4 * width * height, at)
        images.append(flat.reshape(height, width, 4))
        at += flat.nbytes
    return Picture(info, images)
