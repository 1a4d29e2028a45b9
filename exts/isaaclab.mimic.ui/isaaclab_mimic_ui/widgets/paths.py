# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Paths where there is little room: the end of a path says more than its beginning. This module has no widgets."""

from __future__ import annotations

from pathlib import Path


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


def from_home(path: Path) -> str:
    """Return a path as people write it: `~/...` in the user's own folder."""
    home = Path.home()
    if path == home or not path.is_relative_to(home):
        return str(path)
    return f"~/{path.relative_to(home)}"
