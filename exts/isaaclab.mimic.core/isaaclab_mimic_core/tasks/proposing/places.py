# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Where an object is put: on which other one, or beside which."""

import isaaclab.utils.math as math_utils
import torch

from .evidence import Evidence

_EDGE = 0.01
"""How far an object's middle may be beside what it lies on [m]."""
_CONTACT = 0.015
"""Gap between an object's lower side and the upper one of what it lies on, at most [m]."""


def support(evidence: Evidence, name: str, step: int) -> str:
    """Return the object that another one lies on or in at a step; empty if there is none."""
    lower = [other for other in evidence.objects if other != name and _lies_on(evidence, name, other, step)]
    # Of a pile the uppermost.
    return max(lower, key=lambda other: float(evidence.middle(other, step)[2]), default="")


def nearest(evidence: Evidence, name: str, step: int) -> str:
    """Return the object that is nearest to another one at a step; empty if there is no other."""
    here = evidence.middle(name, step)
    others = [other for other in evidence.objects if other != name]
    return min(others, key=lambda other: float((evidence.middle(other, step) - here).norm()), default="")


def shift(evidence: Evidence, name: str, other: str, step: int) -> torch.Tensor:
    """Return where an object's frame is from another one's, along the environment's axes: (3,) [m]."""
    return evidence.facts.pose(name)[step, :3] - evidence.facts.pose(other)[step, :3]


def _lies_on(evidence: Evidence, name: str, other: str, step: int) -> bool:
    apart = evidence.middle(name, step) - evidence.middle(other, step)
    quat = evidence.facts.pose(other)[step, 3:]
    local = math_utils.quat_apply_inverse(quat[None], apart[None])[0]
    low, high = evidence.half_size(other), evidence.half_size(name)
    beside = bool((local[:2].abs() > low[:2].to(local) + _EDGE).any())
    # Inside a bin the gap is negative; nothing lies on what is above it.
    gap = float(apart[2] - low[2] - high[2])
    return not beside and float(apart[2]) > -float(low[2]) and -2 * float(low[2]) < gap < _CONTACT
