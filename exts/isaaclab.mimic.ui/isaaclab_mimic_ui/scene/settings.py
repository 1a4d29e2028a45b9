# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a view shows and where it looks from: the same in all panels, and remembered."""

from __future__ import annotations

import json

from ..forms.model import read_kept
from ..host.base import Host
from . import shapes
from .camera import Viewpoint, read_viewpoint

_REMEMBERED = "view"
SHADING, INSET = "shading", "inset"
PATH, FRAMES, LABELS = "path", "frames", "labels"
PARTS = {
    SHADING: ("Shaded", "Robot, table and objects as they look. Without it: lines only."),
    PATH: ("Path", "The path done, the planned one, and the source's."),
    FRAMES: ("Frames", "Axes of hands and objects: x red, y green, z blue."),
    LABELS: ("Labels", "Names of objects, and where subtasks begin."),
}
"""Part of a view -> its button and tooltip."""
_ROLES = {
    PATH: {shapes.DONE, shapes.PLANNED, shapes.SOURCE},
    FRAMES: {shapes.AXIS_X, shapes.AXIS_Y, shapes.AXIS_Z},
    LABELS: {shapes.BOUNDARY, shapes.NAME},
}
INSETS = ("none", "top", "wrist")
"""What the small second view shows while somebody drives."""


class ViewSettings:
    """Settings of all views.

    Args:
        host: Remembers them.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        kept = read_kept(host.recall(_REMEMBERED))
        self.parts = {name: kept.get(name) is not False for name in PARTS}
        """Whether each of `PARTS` is shown."""
        # Where the program has a viewport, that is the view.
        if not isinstance(kept.get(SHADING), bool):
            self.parts[SHADING] = not host.has_viewport
        self.inset = kept[INSET] if kept.get(INSET) in INSETS else "wrist"
        """One of `INSETS`. From above, the arm hides what it is about to grasp."""
        self.viewpoint: Viewpoint = read_viewpoint(kept.get("viewpoint"))
        self.framed = str(kept.get("framed", ""))
        """The task that the viewpoint was made for."""

    def toggle(self, name: str) -> None:
        """Show or hide one of `PARTS`."""
        self.parts[name] = not self.parts[name]

    def next_inset(self) -> None:
        self.inset = INSETS[(INSETS.index(self.inset) + 1) % len(INSETS)]

    def shows(self, role: str) -> bool:
        """Return whether shapes of a role are shown; those of no part always are."""
        return all(self.parts[part] or role not in roles for part, roles in _ROLES.items())

    def remember(self) -> None:
        """Save all of it."""
        kept = {**self.parts, INSET: self.inset, "viewpoint": self.viewpoint.plain(), "framed": self.framed}
        self._host.remember(_REMEMBERED, json.dumps(kept))
