# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Paths where there is little room: the end of a path says more than its beginning. This module has no widgets."""

from __future__ import annotations


def keep_end(path: str, room: int) -> str:
    """Shorten a path at its beginning.

    Args:
        path: The path.
        room: Characters that there is room for.
    """
    if len(path) <= room:
        return path
    end = path[-(room - 4) :]
    # Whole names, as far as one fits.
    return f".../{end.split('/', 1)[1]}" if "/" in end else f"... {end}"
