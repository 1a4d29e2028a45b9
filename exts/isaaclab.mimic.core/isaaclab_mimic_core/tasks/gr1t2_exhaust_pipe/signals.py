# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The signal of upstream's exhaust-pipe task with GR1T2; upstream has its demonstrations marked by hand."""

from typing import Any

import torch

from ...sim.object_scale import scale_of
from ..gr1t2.signals import for_local_objects
from .local_scene import PIPE_LENGTH

_RAISED = 0.06
"""How much higher than where it stood the pipe is when the left hand brings it [m]."""
_BROUGHT = -0.02
"""The right hand takes a pipe farther right than this: least x [m]."""


class PipeSignals:
    """Computes `idle_right_1`: the left hand has brought the pipe, so the right one can take it.

    Args:
        env: A `BatchedEnv` of the task.
    """

    def __init__(self, env: Any):
        self._env = env
        self._pipe = env.object_names.index("blue_exhaust_pipe")
        # Its frame is at its upper end at first.
        longer = PIPE_LENGTH * (scale_of(env.info, "blue_exhaust_pipe") - 1.0)
        self._raised = env.cfg.scene.blue_exhaust_pipe.init_state.pos[2] + longer + _RAISED

    def signals(self) -> dict[str, torch.Tensor]:
        """Return each signal: (num_envs,) bool."""
        pipe = self._env.object_pose()[:, self._pipe, :3, 3]
        return {"idle_right_1": (pipe[:, 0] > _BROUGHT) & (pipe[:, 2] > self._raised)}


signals_of = for_local_objects(PipeSignals)
