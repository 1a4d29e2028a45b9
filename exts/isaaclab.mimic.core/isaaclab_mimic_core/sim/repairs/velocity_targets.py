# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Isaac Lab 3.0.0 restores a moving robot with its joint velocities as velocity targets (InteractiveScene.reset_to).

Position-controlled actions never set these targets again, so the drives keep pushing with the restored velocity. A
robot that was restored at rest is not affected.
"""

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv


def clear_velocity_targets(env: "ManagerBasedRLEnv", env_ids: torch.Tensor) -> None:
    """Set the joint velocity targets of some environments' robots back to zero, as they are in normal operation."""
    for asset in env.scene.articulations.values():
        zero = torch.zeros(len(env_ids), asset.num_joints, device=env.device)
        asset.set_joint_velocity_target_index(target=zero, env_ids=env_ids)
