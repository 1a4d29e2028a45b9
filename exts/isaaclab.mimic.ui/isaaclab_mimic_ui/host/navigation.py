# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Whether arrow keys, space and enter walk through omni.ui's widgets and press them, without Kit."""

from __future__ import annotations

import ctypes
import os

_LIBRARY = "libovui.so.3"
_GET_IO = "_ZN5ImGui5GetIOEv"
_NAVIGATE_BY_KEYS = 1
"""Dear ImGui's bit for it, in the flags that its input settings begin with."""


def set_navigation(on: bool) -> bool:
    """Switch it on or off, for all windows; omni.ui itself has no switch. Return whether that was possible.

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
