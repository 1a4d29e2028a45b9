# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Compute statements from a scene's state, for all environments or steps at once.

What `grasped` and `placed` mean follows isaaclab_tasks.contrib.stack.mdp.observations of Isaac Lab 3.0.0, in units of a
gripper's own way from open to closed.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import isaaclab.utils.math as math_utils
import torch

from .expressions import Statement
from .facts import Facts

_BEGUN = 0.125
"""Part of the way from open to closed from which on fingers close on something; upstream's 5 mm of 40 mm."""
_OPEN = 0.01
"""Part of it up to which they are open."""


def compute(statement: Statement, facts: Facts, signals: Mapping[str, Statement]) -> torch.Tensor:
    """Return whether a statement holds: (N,) bool.

    Args:
        statement: What to compute.
        facts: The state of N environments or steps.
        signals: Signals that the statement may name.
    """
    if statement.kind == "signal":
        return compute(signals[statement.values["name"]], facts, signals)
    if statement.parts:
        parts = torch.stack([compute(part, facts, signals) for part in statement.parts])
        return (
            ~parts[0] if statement.kind == "not" else parts.all(dim=0) if statement.kind == "all" else parts.any(dim=0)
        )
    return _COMPUTED[statement.kind](
        facts, **{_ARGUMENTS.get(key, key): value for key, value in statement.values.items()}
    )


def _grasped(facts: Facts, object: str, eef: str, reach: float, speed: float) -> torch.Tensor:
    """Return whether fingers have closed on an object within `reach` [m] of the end effector, and it moves with it.

    It moves with it if it is slower than `speed` [m/s] relative to the end effector.
    """
    near = (facts.pose(object)[:, :3] - facts.eef_pose(eef)[:, :3, 3]).norm(dim=-1) < reach
    along = (facts.velocity(object) - facts.eef_velocity(eef)).norm(dim=-1) < speed
    return near & along & closed(facts, eef)


def _lifted(facts: Facts, object: str, height: float) -> torch.Tensor:
    """Return whether an object's frame is higher than `height` [m] in the environment's frame.

    That of a larger object is higher wherever it stands, so it has to be as much higher.
    """
    return facts.pose(object)[:, 2] - _raised(facts, object, 1.0) > height


def _placed(
    facts: Facts, object: str, on: str, within: str, at: str, offset: Any, tolerance: Any, speed: float
) -> torch.Tensor:
    """Return whether an object rests relative to another.

    `on`: it is above it: within `tolerance` [m] of `offset` from it along the axes of the environment. `in`, `at`: the
    same along the axes of the other. It rests if it is slower than `speed` [m/s] relative to the other. The offset is
    as much larger as the other is; but for `on` and `in` the part of it that is below the object's frame is as much
    larger as the object is.
    """
    other = on or within or at
    shift = facts.pose(object)[:, :3] - facts.pose(other)[:, :3]
    if not at:
        shift[:, 2] -= _raised(facts, object, facts.size(other))
    if not on:
        shift = math_utils.quat_apply_inverse(facts.pose(other)[:, 3:], shift)
    still = (facts.velocity(object) - facts.velocity(other)).norm(dim=-1) < speed
    return still & _within(shift, offset, tolerance, facts.size(other))


def _released(facts: Facts, eef: str, object: str, distance: float) -> torch.Tensor:
    """Return whether a gripper is open, and farther than `distance` [m] from an object if one is named."""
    opened = (_closing(facts, eef) < _OPEN).all(dim=-1)
    if object:
        opened &= (facts.pose(object)[:, :3] - facts.eef_pose(eef)[:, :3, 3]).norm(dim=-1) > distance
    return opened


def _reached(facts: Facts, object: str, eef: str, offset: Any, tolerance: Any) -> torch.Tensor:
    """Return whether an end effector is within `tolerance` of `offset` [m] in an object's frame.

    The offset is as much larger as the object is.
    """
    pose = facts.pose(object)
    shift = math_utils.quat_apply_inverse(pose[:, 3:], facts.eef_pose(eef)[:, :3, 3] - pose[:, :3])
    return _within(shift, offset, tolerance, facts.size(object))


def _joint(facts: Facts, asset: str, name: str, above: float | None, below: float | None) -> torch.Tensor:
    """Return whether a joint is beyond a position [rad or m]."""
    position = facts.joints(asset)[:, facts.joint_index(asset, name)]
    if above is not None:
        return position > above
    assert below is not None
    return position < below


_COMPUTED: dict[str, Callable[..., torch.Tensor]] = {
    "grasped": _grasped,
    "lifted": _lifted,
    "placed": _placed,
    "released": _released,
    "reached": _reached,
    "joint": _joint,
}
_ARGUMENTS = {"in": "within"}
"""Parameters whose names are words of Python."""


def closed(facts: Facts, eef: str) -> torch.Tensor:
    """Return whether fingers have closed, on something or on nothing: (N,) bool."""
    return (_closing(facts, eef) > _BEGUN).all(dim=-1)


def _closing(facts: Facts, eef: str) -> torch.Tensor:
    fingers = facts.fingers[eef]
    return fingers.closing(facts.joints(fingers.jointed))


def _raised(facts: Facts, object: str, factor: float) -> torch.Tensor | float:
    """Return how much higher an object's frame is above its lowest point than with another factor: (N,) or 0 [m]."""
    more = facts.size(object) - factor
    return more * facts.below(object) if more else 0.0


def _within(shift: torch.Tensor, offset: Any, tolerance: Any, factor: float) -> torch.Tensor:
    """Return whether shifts (N, 3) are within a tolerance of an offset that is enlarged: (N,) bool."""
    return ((shift - factor * _on(offset, shift.device)).abs() <= _on(tolerance, shift.device)).all(dim=-1)


@lru_cache(maxsize=256)
def _on(numbers: Any, device: torch.device) -> torch.Tensor:
    """Return numbers of a descriptor on a device: they are asked for at every step."""
    return torch.tensor(numbers, device=device)
