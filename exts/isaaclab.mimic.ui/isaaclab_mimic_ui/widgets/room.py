# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""When lines have to be wrapped anew. This module has no widgets."""

from __future__ import annotations

import time

_REST = 0.3
"""[s] Who drags an edge does not hold it still for so long."""
_LEAST = 1.0
"""[px] Less is rounding."""


class Room:
    """The width of a place whose wrapped lines keep the room that they had, until they are built again.

    Args:
        width: At the start [px].
    """

    def __init__(self, width: float = 0.0) -> None:
        self._width = self._widest = width
        self._since = time.monotonic()

    def has_shrunk(self, width: float) -> bool:
        """Return whether there is less room than when the lines were built, and it rests; call it once a frame.

        It is true once, because they are built again then.

        Args:
            width: Now [px].
        """
        now = time.monotonic()
        if abs(width - self._width) >= _LEAST:
            self._width, self._since = width, now
            self._widest = max(self._widest, width)
        if self._width > self._widest - _LEAST or now - self._since < _REST:
            return False
        self._widest = self._width
        return True
