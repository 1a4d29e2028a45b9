# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Navigation by keys in omni.ui without Kit: arrow keys move the focus, space and enter press a widget."""

from __future__ import annotations

import ctypes
import os

_LIBRARY = "libovui.so.3"
_GET_IO = "_ZN5ImGui5GetIOEv"
_NAVIGATE_BY_KEYS = 1
"""Dear ImGui's bit for navigation by keys, in the flags at the beginning of its input settings."""


def set_navigation(on: bool) -> bool:
    """Switch navigation by keys on or off, for all windows; return whether that was possible.

    omni.ui itself has no switch for it.

    omni.ui has to be running.
    """
    try:
        # The library that is loaded already: a second copy would have no window.
        get_io = getattr(ctypes.CDLL(_LIBRARY, mode=os.RTLD_NOLOAD), _GET_IO)
    except (OSError, AttributeError):
        return False
    get_io.restype = ctypes.POINTER(ctypes.c_int)
    flags = get_io()
    flags[0] = flags[0] | _NAVIGATE_BY_KEYS if on else flags[0] & ~_NAVIGATE_BY_KEYS
    return True
