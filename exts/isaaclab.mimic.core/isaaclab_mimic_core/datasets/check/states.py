# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Checks of the states: jumps, objects outside of the workspace, a cropped end."""

from collections.abc import Iterator, Mapping

import numpy as np

from ...options import Thresholds
from .demo import Demo
from .finding import Finding


def find(demo: Demo, thresholds: Thresholds) -> Iterator[Finding]:
    """Find jumps, objects out of reach or fallen, and motion that goes on at the end."""
    yield from _jumps(demo, {**demo.bases, **demo.objects}, thresholds.max_position_jump, "m", np.linalg.norm)
    yield from _jumps(demo, demo.joints, thresholds.max_joint_jump, "in a joint", _largest)
    yield from _workspace(demo, thresholds)
    yield from _end(demo, thresholds)


def _largest(steps: np.ndarray, axis: int) -> np.ndarray:
    return np.abs(steps).max(axis=axis, initial=0.0)


def _jumps(demo: Demo, positions: Mapping[str, np.ndarray], limit: float, unit: str, size) -> Iterator[Finding]:
    for name, values in positions.items():
        if len(values) < 2:
            continue
        steps = np.nan_to_num(size(np.diff(values, axis=0), axis=1), nan=0.0, posinf=0.0)
        jump = float(steps.max())
        if jump > limit:
            sample = int(steps.argmax())
            message = f"{name} jumps by {jump:.3g} {unit} at sample {sample}"
            yield Finding("error", "jump", demo.name, message, jump, limit)


def _workspace(demo: Demo, thresholds: Thresholds) -> Iterator[Finding]:
    starts = [values[0, 2] for values in (*demo.bases.values(), *demo.objects.values())]
    lowest = min(starts, default=0.0)
    for name, position in demo.objects.items():
        if not np.isfinite(position).all():
            continue
        fall = float(lowest - position[:, 2].min())
        if fall > thresholds.max_fall:
            message = f"{name} falls to {fall:.3g} m below everything at the start, at sample {position[:, 2].argmin()}"
            yield Finding("warning", "workspace", demo.name, message, fall, thresholds.max_fall)
            continue
        bases = [base for base in demo.bases.values() if len(base) == len(position)]
        if not bases:
            continue
        reach = np.min([np.linalg.norm(position - base, axis=1) for base in bases], axis=0)
        farthest = float(reach.max())
        if farthest > thresholds.max_reach:
            message = f"{name} is {farthest:.3g} m from the robot at sample {reach.argmax()}"
            yield Finding("warning", "workspace", demo.name, message, farthest, thresholds.max_reach)


def _end(demo: Demo, thresholds: Thresholds) -> Iterator[Finding]:
    count = thresholds.end_samples
    for name, position in demo.objects.items():
        if len(position) <= count:
            continue
        speed = float(np.linalg.norm(np.diff(position[-count - 1 :], axis=0), axis=1).mean())
        if speed > thresholds.max_end_speed:
            message = f"{name} still moves at the end, {speed * 1000:.3g} mm a sample"
            yield Finding("warning", "cropped_end", demo.name, message, speed, thresholds.max_end_speed)
            return
    for column, command in demo.grippers.items():
        switches = np.flatnonzero(command[1:] != command[:-1])
        if len(switches) and (left := len(command) - 1 - int(switches[-1])) <= count:
            message = f"the gripper (action {column}) switches {left} samples before the end"
            yield Finding("warning", "cropped_end", demo.name, message, left, count)
            return
