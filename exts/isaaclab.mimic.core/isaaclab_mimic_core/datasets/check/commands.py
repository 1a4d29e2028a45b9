# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Checks of the actions: grippers that switch too often, and actions at their limit."""

from collections.abc import Iterator

import numpy as np

from ...options import Thresholds
from .. import layout
from .demo import Demo
from .finding import Finding


def find(demo: Demo, thresholds: Thresholds) -> Iterator[Finding]:
    """Find grippers that switch too often, and actions at their limit."""
    for column, command in demo.grippers.items():
        switches = np.flatnonzero(command[1:] != command[:-1])
        holds = np.diff(switches)
        short = holds < thresholds.min_gripper_hold
        if short.any():
            message = (
                f"the gripper (action {column}) chatters: {int(short.sum())} of its {len(switches)} switches last "
                f"less than {thresholds.min_gripper_hold} samples, first at sample {int(switches[short.argmax()]) + 1}"
            )
            yield Finding(
                "warning", "gripper_chatter", demo.name, message, int(holds.min()), thresholds.min_gripper_hold
            )
    yield from _saturation(demo, thresholds)


def _saturation(demo: Demo, thresholds: Thresholds) -> Iterator[Finding]:
    actions = demo.episode.data.get(layout.ACTIONS)
    if actions is None or actions.ndim != 2 or not len(actions):
        return
    size = np.abs(actions)
    limit = thresholds.action_limit
    # Ignore elements that exceed the limit, as they are not clipped, and constant ones, as nothing commands them.
    bounded = (size.max(axis=0) <= limit * 1.001) & (np.ptp(actions, axis=0) > 0.0)
    bounded[list(demo.grippers)] = False
    if not bounded.any():
        return
    saturated = (size >= limit * 0.999) & bounded
    part = float(saturated.any(axis=1).mean())
    if part > thresholds.max_saturated:
        columns = ", ".join(map(str, np.flatnonzero(saturated.any(axis=0)).tolist()))
        message = f"{part:.0%} of the actions are at their limit {limit:g} (elements {columns})"
        yield Finding("warning", "saturation", demo.name, message, part, thresholds.max_saturated)
