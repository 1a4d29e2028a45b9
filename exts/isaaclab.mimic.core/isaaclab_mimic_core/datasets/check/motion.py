# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Checks of the robot's motion: idle at the start, pauses, jerky motion."""

from collections.abc import Iterator

import numpy as np

from ...options import Thresholds
from .demo import Demo, longest_run
from .finding import Finding


def find(demo: Demo, thresholds: Thresholds) -> Iterator[Finding]:
    """Find an idle start, pauses, and jerky motion of end effectors."""
    yield from _standing(demo, thresholds)
    for name, position in demo.eefs.items():
        if len(position) < 4 or not np.isfinite(position).all():
            continue
        velocity = np.diff(position.astype(np.float64), axis=0)
        energy = float((velocity**2).sum())
        if energy == 0.0:
            continue
        # On a smooth path the velocity hardly changes between two samples; the ratio is independent of scale and speed.
        roughness = float((np.diff(velocity, axis=0) ** 2).sum()) / energy
        if roughness > thresholds.max_roughness:
            message = f"{name} moves jerkily: roughness {roughness:.2f}"
            yield Finding("warning", "jerky", demo.name, message, roughness, thresholds.max_roughness)


def _standing(demo: Demo, thresholds: Thresholds) -> Iterator[Finding]:
    steps = [np.abs(np.diff(joints, axis=0)).max(axis=1) for joints in demo.joints.values() if joints.shape[1]]
    if not steps or not len(steps[0]) or len({len(step) for step in steps}) > 1:
        return
    # One arm may wait for another, so it is a pause only if all robots stand still.
    still = np.max(steps, axis=0) < thresholds.still_joint_step
    moves = np.flatnonzero(~still)
    if not len(moves):
        yield Finding("warning", "idle_start", demo.name, f"never moves in {len(still)} samples", len(still))
        return
    idle = int(moves[0])
    if idle > thresholds.max_idle_start:
        message = f"first moves at sample {idle}"
        yield Finding("warning", "idle_start", demo.name, message, idle, thresholds.max_idle_start)
    start, length = longest_run(still[idle : moves[-1]])
    if length > thresholds.max_pause:
        message = f"stands still for {length} samples from sample {idle + start}"
        yield Finding("warning", "pause", demo.name, message, length, thresholds.max_pause)
