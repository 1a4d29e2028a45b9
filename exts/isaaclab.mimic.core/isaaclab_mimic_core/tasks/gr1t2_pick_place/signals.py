# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The signal of upstream's pick-place task with GR1T2; upstream has its demonstrations marked by hand."""

from typing import Any

import torch

from ...sim.object_scale import scale_of
from ..gr1t2.signals import for_local_objects
from .local_scene import EDGE

_WITHIN_REACH = -0.2
"""The right hand can reach an object farther right than this: least x [m]."""
_LET_GO = 0.16
"""Distance from the left wrist of an object that it has let go of [m]; it holds one at 0.13 m."""


class PickPlaceSignals:
    """Computes `idle_right`: the left hand has brought the object and let go of it, so the right one can take it.

    Args:
        env: A `BatchedEnv` of the task.
    """

    def __init__(self, env: Any):
        self._env = env
        self._left = env.eef_names.index("left")
        self._object = env.object_names.index("object")
        # A hand is as much farther from the middle of a thicker rod.
        self._let_go = _LET_GO + EDGE / 2 * (scale_of(env.info, "object") - 1.0)

    def signals(self) -> dict[str, torch.Tensor]:
        """Return each signal: (num_envs,) bool."""
        thing = self._env.object_pose()[:, self._object, :3, 3]
        apart = (thing - self._env.eef_pose()[:, self._left, :3, 3]).norm(dim=-1)
        return {"idle_right": (thing[:, 0] > _WITHIN_REACH) & (apart > self._let_go)}


signals_of = for_local_objects(PickPlaceSignals)
