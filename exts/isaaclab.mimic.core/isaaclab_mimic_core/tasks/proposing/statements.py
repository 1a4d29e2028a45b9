# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""By which statements of a descriptor (`tasks.signals`) a subtask's end is told."""

import math
from collections.abc import Sequence
from typing import Any

import torch

from ..signals.expressions import KINDS, Statement
from .evidence import Evidence
from .sketch import Part

_OFF = 0.005
"""How far something is lifted when it is surely off what it lay on [m]."""
_BESIDE = 0.035
"""How far an object may be beside the middle of one of its own size [m]; half of upstream's cubes and a bit."""
_ABOVE = 0.01
"""How much higher or lower an object may be than where it was put [m]."""
_ABOUT = 0.05
"""How far beside it an object counts as there where nothing says more [m]."""
_REACH = 0.06
"""Distance from an end effector within which what is grasped is by default [m]."""


def said(kind: str, **values: Any) -> Statement:
    """Return a statement, with defaults for what is not given; `within` stands for `in`."""
    values = {"in" if key == "within" else key: value for key, value in values.items()}
    defaults = {key: default for key, (_, default) in KINDS[kind].items()}
    return Statement(kind, "", defaults | values)


def every(*parts: Statement) -> Statement:
    """Return that all of it holds."""
    flat = [each for part in parts for each in (part.parts if part.kind == "all" else (part,))]
    return Statement("all", "", parts=tuple(flat)) if len(flat) > 1 else flat[0]


def plain(statement: Statement, several: bool) -> dict[str, Any]:
    """Return a statement as a descriptor has it, without what it says by default.

    Args:
        statement: The statement.
        several: Whether there are several end effectors, which then have to be named.
    """
    if statement.kind == "not":
        return {"not": plain(statement.parts[0], several)}
    if statement.parts:
        return {statement.kind: [plain(part, several) for part in statement.parts]}
    defaults = {key: default for key, (_, default) in KINDS[statement.kind].items()}
    told = {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in statement.values.items()
        if value != defaults[key] and (key != "eef" or several)
    }
    return {statement.kind: told}


def ending(eef: str, parts: Sequence[Part], evidence: Sequence[Evidence], held_on: bool) -> Statement:
    """Return what holds from the end of a subtask on.

    Args:
        eef: Its end effector.
        parts: The subtask in each demonstration.
        evidence: The demonstrations.
        held_on: Whether the next subtask is relative to what this one grasps.
    """
    part = parts[0]
    if part.kind != "grasp":
        return every(_lies(parts, evidence, speed=1.0), said("released", eef=eef))
    held = _held(eef, parts)
    heights = [each.height for each in parts]
    if held_on or max(heights) - min(heights) > 2 * _OFF:
        return held
    # What moves on relative to another object begins in the air: otherwise it would be dragged along.
    return every(held, said("lifted", object=part.object, height=round(max(heights) + _OFF, 3)))


def lasting(eef: str, parts: Sequence[Part], starts: Sequence[Part], evidence: Sequence[Evidence]) -> Statement | None:
    """Return what holds at a demonstration's end because of a subtask; None if it cannot be said.

    Args:
        eef: Its end effector.
        parts: The subtask in each demonstration.
        starts: The grasp before it in each of them.
        evidence: The demonstrations.
    """
    if parts[0].kind == "carry":
        low = max(start.height for start in starts)
        rise = min(part.height for part in parts) - low
        if rise < 2 * _OFF:
            return None
        return every(_held(eef, starts), said("lifted", object=parts[0].object, height=round(low + 0.6 * rise, 3)))
    lies = _lies(parts, evidence)
    opens = all(part.hold and part.hold.end < each.steps for part, each in zip(parts, evidence, strict=True))
    return every(lies, said("released", eef=eef)) if opens else lies


def _held(eef: str, parts: Sequence[Part]) -> Statement:
    farthest = max(part.hold.distance for part in parts if part.hold)
    reach = _REACH if farthest < _REACH - 0.015 else round(farthest + 0.03, 2)
    return said("grasped", object=parts[0].object, eef=eef, reach=reach)


def _lies(parts: Sequence[Part], evidence: Sequence[Evidence], **more: float) -> Statement:
    """Return where an object was put; `more` is about how still it lies."""
    part = parts[0]
    name, other = part.object, part.reference
    down = _not("lifted", object=name, height=round(max(each.height for each in parts) + 0.02, 3))
    if not other:
        return down
    if part.kind == "place":
        return said("placed", object=name, at=other, tolerance=(_BESIDE, _BESIDE, _ABOVE), **more)
    x, y, z = torch.tensor([each.offset for each in parts]).median(dim=0).values.tolist()
    if math.hypot(x, y) < _BESIDE / 2:
        x = y = 0.0
    own, low = (evidence[0].half_size(each) for each in (name, other))
    at = {"object": name, "on": other, "offset": _numbers(x, y, z)}
    if part.kind == "clear":
        return every(_not("placed", **at, tolerance=(_ABOUT, _ABOUT, _ABOVE)), down)
    if part.kind == "leave":
        return said("placed", **at, tolerance=(_ABOUT, _ABOUT, 2 * _ABOVE), **more)
    if bool((low[:2] > 1.5 * own[:2] + _BESIDE).all()):
        # Anywhere on a tray or in a bin.
        tolerance = _numbers(*low[:2].tolist(), 2 * _ABOVE)
        offset = _numbers(*evidence[0].center(other)[:2].tolist(), z)
        return said("placed", object=name, within=other, offset=offset, tolerance=tolerance, **more)
    wide = max(_BESIDE, float(own[:2].max()))
    return said("placed", **at, tolerance=_numbers(wide, wide, _ABOVE), **more)


def _not(kind: str, **values: Any) -> Statement:
    return Statement("not", "", parts=(said(kind, **values),))


def _numbers(*values: float) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in values)
