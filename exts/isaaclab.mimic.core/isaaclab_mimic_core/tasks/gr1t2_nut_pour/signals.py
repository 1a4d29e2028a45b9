# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The signals of upstream's nut-pouring task with GR1T2; upstream has its demonstrations marked by hand."""

from typing import Any

import torch

from ...sim.object_scale import scale_of
from ..gr1t2.signals import for_local_objects
from .local_scene import BOWL_HEIGHT, BOWL_RADIUS

_LIFTED = 0.03
"""How much higher than where it stood something is that a hand has taken [m]; the scale is 2 cm high."""


class NutPourSignals:
    """Computes `grasp_left`, `idle_right` and `grasp_right`: beaker lifted, nut poured, bowl lifted.

    Args:
        env: A `BatchedEnv` of the task.
    """

    def __init__(self, env: Any):
        self._env = env
        names = ("sorting_beaker", "sorting_bowl", "factory_nut")
        self._objects = torch.tensor([env.object_names.index(name) for name in names], device=env.device)
        scale = scale_of(env.info, "sorting_bowl")
        self._radius, self._height = scale * BOWL_RADIUS, scale * BOWL_HEIGHT
        # Objects are put on the table by resets that move them sideways only.
        scene = env.cfg.scene
        self._raised = [thing.init_state.pos[2] + _LIFTED for thing in (scene.sorting_beaker, scene.sorting_bowl)]

    def signals(self) -> dict[str, torch.Tensor]:
        """Return each signal: (num_envs,) bool."""
        beaker, bowl, nut = self._env.object_pose()[:, self._objects, :3, 3].unbind(dim=1)
        inside = nut - bowl
        poured = (inside[:, :2].norm(dim=-1) < self._radius) & (inside[:, 2] > 0.0) & (inside[:, 2] < self._height)
        return {
            "grasp_left": beaker[:, 2] > self._raised[0],
            "idle_right": poured,
            "grasp_right": bowl[:, 2] > self._raised[1],
        }


signals_of = for_local_objects(NutPourSignals)
