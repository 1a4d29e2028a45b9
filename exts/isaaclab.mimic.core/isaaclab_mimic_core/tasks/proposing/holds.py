# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Which hand holds which object, and when: fingers are closed, and an object moves with the hand."""

from dataclasses import dataclass, replace

import isaaclab.utils.math as math_utils
import torch

from ..signals.computing import closed
from .evidence import Evidence

_LIFTED = 0.005
"""Way from which on an object has moved [m]."""
_MOVED = 0.015
"""Way that an object makes in a hand, at least [m]."""
_SLIP = 0.35
"""Part of its way by which it may move in the hand."""
_BETWEEN = 0.02
"""How much farther from the fingers than another object something may be that they hold [m]."""
_SHORT = 0.25
"""Shorter times are no grasp [s]."""
_LETS_GO = 0.15
"""How long before a hand is open what it holds may already move in it [s]."""


@dataclass(frozen=True)
class Hold:
    """A time in which a hand holds an object."""

    eef: str
    object: str
    start: int
    """First step with closed fingers."""
    moves: int
    """First step at which the object has moved by 5 mm since."""
    end: int
    """First step with open fingers again; the number of steps if they stay closed."""
    way: float
    """How far the object moves from where it was grasped [m]."""
    slip: float
    """How far it moves in the hand meanwhile [m]."""
    distance: float
    """From the end effector to the object's frame when it is grasped [m]."""
    rival: str = ""
    """Another object that moves with the hand as well; empty if there is none."""


@dataclass(frozen=True)
class Nothing:
    """A time in which a hand is closed, and nothing moves with it."""

    eef: str
    start: int
    end: int


def find_holds(evidence: Evidence) -> tuple[list[Hold], list[Nothing]]:
    """Return what is held, in the order of the grasps, and where hands close on nothing."""
    holds: list[Hold] = []
    empty: list[Nothing] = []
    for eef in evidence.eefs:
        for start, end in _times(closed(evidence.facts, eef), evidence.steps_in(_SHORT)):
            found = [hold for name in evidence.objects if (hold := _hold(evidence, eef, name, start, end))]
            if found:
                holds.append(_held(evidence, found))
            else:
                empty.append(Nothing(eef, start, end))
    return sorted(holds, key=lambda hold: (hold.start, hold.eef)), empty


def _held(evidence: Evidence, moving: list[Hold]) -> Hold:
    """Return which of the objects that move with a hand is held: what lies on a held one moves, too."""
    gaps = [_gap(evidence, hold) for hold in moving]
    # Of those between the fingers the lowest, because the others may lie on it.
    near = [hold for hold, gap in zip(moving, gaps, strict=True) if gap < min(gaps) + _BETWEEN]
    held = min(near, key=lambda hold: float(evidence.facts.pose(hold.object)[hold.start, 2]))
    rivals = [hold.object for hold in moving if hold is not held]
    return replace(held, rival=rivals[0] if rivals else "")


def _hold(evidence: Evidence, eef: str, name: str, start: int, end: int) -> Hold | None:
    """Return how an object is held while fingers are closed; None if it is not."""
    hand, pose = evidence.facts.eef_pose(eef)[start:end], evidence.facts.pose(name)[start:end]
    shift = pose[:, :3] - hand[:, :3, 3]
    distance = float(shift[0].norm())
    travelled = (pose[:, :3] - pose[0, :3]).norm(dim=-1)
    in_hand = (hand[:, :3, :3].transpose(1, 2) @ shift[..., None])[..., 0]
    # From when it moves until shortly before it is let go, what is held stays where it is in the hand.
    moving = (travelled > _LIFTED).nonzero().flatten()
    if len(moving) == 0 or float(travelled.max()) < _MOVED:
        return None
    held = in_hand[int(moving[0]) : max(int(moving[0]) + 1, end - start - evidence.steps_in(_LETS_GO))]
    slip = float((held - held.median(dim=0).values).norm(dim=-1).max())
    if slip > _SLIP * float(travelled.max()):
        return None
    return Hold(eef, name, start, start + int(moving[0]), end, float(travelled.max()), slip, distance)


def _gap(evidence: Evidence, hold: Hold) -> float:
    """Return how far the end effector is from an object's box when it is grasped [m]."""
    pose = evidence.facts.pose(hold.object)[hold.start]
    hand = evidence.facts.eef_pose(hold.eef)[hold.start, :3, 3]
    local = math_utils.quat_apply_inverse(pose[None, 3:], (hand - pose[:3])[None])[0]
    local = local - evidence.center(hold.object).to(local)
    return float((local.abs() - evidence.half_size(hold.object).to(local)).clamp(min=0).norm())


def _times(flags: torch.Tensor, shortest: int) -> list[tuple[int, int]]:
    """Return first step and end of each time in which something holds; those with fewer steps are left out."""
    edges = torch.diff(flags.int(), prepend=torch.zeros(1, dtype=torch.int), append=torch.zeros(1, dtype=torch.int))
    starts, ends = (edges == 1).nonzero().flatten().tolist(), (edges == -1).nonzero().flatten().tolist()
    return [(start, end) for start, end in zip(starts, ends, strict=True) if end - start >= shortest]
