# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Newton's frame transformers (isaaclab_newton 3.0.0) are updated only by a physics step.

After a reset they still hold the poses from before the reset; before the very first step they hold no poses. So the
end-effector pose in the observations is wrong until the next step.
"""

from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv


class FrameSensorRepair:
    """Update frame transformers and observations after a reset, if that changes the sensors after the first reset.

    Args:
        env: An Isaac Lab environment on any physics.
    """

    def __init__(self, env: "ManagerBasedRLEnv"):
        self._env = env
        self._sensors = [s for s in env.scene.sensors.values() if hasattr(s, "_newton_transforms")]
        self.needed: bool | None = None if self._sensors else False
        """Whether the sensors held old poses after the first reset; None before the first reset."""

    def after_reset(self) -> None:
        """Update sensors and observations if needed. Call it after every reset."""
        if self.needed is False:
            return
        from isaaclab_newton.physics import NewtonManager

        manager: Any = NewtonManager

        before = [sensor.data.target_pos_w.torch.clone() for sensor in self._sensors]
        for sensor in manager._newton_frame_transform_sensors:
            sensor.update(manager.backend.state_0)
        for sensor in self._sensors:
            sensor.update(0.0, force_recompute=True)
        if self.needed is None:
            after = [sensor.data.target_pos_w.torch for sensor in self._sensors]
            self.needed = any(not torch.equal(b, a) for b, a in zip(before, after, strict=True))
        self._env.obs_buf = self._env.observation_manager.compute()
