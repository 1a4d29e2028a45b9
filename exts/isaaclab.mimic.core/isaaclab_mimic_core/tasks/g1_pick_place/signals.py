# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The signal of upstream's loco-manipulation task with G1; upstream has its demonstrations marked by hand."""

from typing import Any

import torch

from ...sim.object_scale import scale_of
from ..gr1t2.signals import for_local_objects
from .local_scene import EDGE

_WITHIN_REACH = 0.25
"""Distance from the right wrist of an object that the hand can take without another step [m]."""


class CarrySignals:
    """Computes `idle_right`: the robot has come to the object, so the right hand can take it.

    Args:
        env: A `BatchedEnv` of the task.
    """

    def __init__(self, env: Any):
        self._env = env
        self._right = env.eef_names.index("right")
        self._object = env.object_names.index("object")
        # A hand is as much farther from the middle of a thicker rod.
        self._within_reach = _WITHIN_REACH + EDGE / 2 * (scale_of(env.info, "object") - 1.0)

    def signals(self) -> dict[str, torch.Tensor]:
        """Return each signal: (num_envs,) bool."""
        thing = self._env.object_pose()[:, self._object, :3, 3]
        apart = (thing - self._env.eef_pose()[:, self._right, :3, 3]).norm(dim=-1)
        return {"idle_right": apart < self._within_reach}


signals_of = for_local_objects(CarrySignals)
