# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What helps somebody who drives: plumb lines, distances, the opening of the gripper. No widget, no simulator."""

from __future__ import annotations

import math

from isaaclab_mimic_core.devices.settings import ROBOT, VIEW

from .shapes import GUIDE, Line, Point, Text

_FOOT = 0.015
"""[m] Half the size of the cross where a plumb line ends."""


def places(watched: dict) -> list[Point]:
    """Return where hands and objects are (see `stages.watched`), and the whole ways of recorded hands [m]."""
    ways = [*watched["done"].values(), *watched["planned"].values()] if "done" in watched else []
    poses = (*watched["eefs"].values(), *watched["objects"].values())
    return [[row[3] for row in pose[:3]] for pose in poses] + [point for way in ways for point in way]


def orientation(snapshot: dict) -> str:
    """Return what the axes of driving follow, `ROBOT` or `VIEW`; empty for a device that has no such axes."""
    return (snapshot.get("readings") or {}).get("orientation", "")


def other_orientation(snapshot: dict) -> str:
    """Return what they could follow instead; empty for a device that has no such axes."""
    return {ROBOT: VIEW, VIEW: ROBOT}.get(orientation(snapshot), "")


def plumb_lines(watched: dict) -> list[Line | Text]:
    """Return a line from each hand straight down to the height of the lowest object, and a cross there."""
    if not watched["objects"]:
        return []
    low = min(pose[2][3] for pose in watched["objects"].values())
    found: list[Line | Text] = []
    for pose in watched["eefs"].values():
        x, y, z = (row[3] for row in pose[:3])
        found += [
            Line(GUIDE, ([x, y, z], [x, y, low])),
            Line(GUIDE, ([x - _FOOT, y, low], [x + _FOOT, y, low])),
            Line(GUIDE, ([x, y - _FOOT, low], [x, y + _FOOT, low])),
        ]
    return found


def readings(watched: dict, snapshot: dict) -> str:
    """Say what each hand has to do now, how far it is from the object of that, and how open its gripper is.

    Args:
        watched: Of the stage (see `stages.watched`).
        snapshot: Of the same stage, with its `instructions` and the device's `readings`.
    """
    lines = []
    told = snapshot.get("instructions") or {}
    openings = watched.get("openings") or {}
    for name, pose in watched["eefs"].items():
        parts = []
        instruction = told.get(name, {})
        if instruction.get("now"):
            parts.append(instruction["now"])
        aim = instruction.get("object")
        if aim in watched["objects"]:
            away = [there[3] - here[3] for here, there in zip(pose[:3], watched["objects"][aim][:3], strict=True)]
            level, drop = math.hypot(*away[:2]), away[2]
            parts.append(
                f"{aim.replace('_', ' ')}: {100 * level:.1f} cm aside, {100 * abs(drop):.1f} cm "
                f"{'lower' if drop < 0 else 'higher'}"
            )
        if name in openings:
            parts.append(f"gripper {100 * openings[name]:.1f} cm open")
        if parts:
            lines.append((f"{name}: " if len(watched["eefs"]) > 1 else "") + "   ".join(parts))
    return "\n".join(lines)
