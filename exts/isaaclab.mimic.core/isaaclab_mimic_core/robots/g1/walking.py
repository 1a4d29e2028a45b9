# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Upstream's action term of the lower body, with another policy."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from isaaclab.managers import ActionTerm

from .policy import WalkingPolicy

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedEnv


_WAIST = "waist_.*_joint"
"""The policy balances the trunk, too."""


class WalkingAction(ActionTerm):
    """Takes the actions of an `AgileBasedLowerBodyActionCfg`, and moves the same joints and the waist.

    An action is the velocity forward and to the left [m/s] and about the vertical [rad/s], and the height of the hips
    [m]. The policy knows no height: the robot walks at its own.
    """

    def __init__(self, cfg: Any, env: "ManagerBasedEnv"):
        super().__init__(cfg, env)
        asset: Any = self._asset
        self._policy = WalkingPolicy(Path(cfg.policy_path), self.num_envs, env.step_dt, self.device)
        order = {name: index for index, name in enumerate(self._policy.joints)}
        self._observed = torch.tensor([asset.joint_names.index(name) for name in order], device=self.device)
        legs = asset.find_joints(cfg.joint_names)[1]
        self._moved, names = asset.find_joints([*cfg.joint_names, _WAIST])
        self._legs, self._columns = (
            torch.tensor([order[name] for name in each], device=self.device) for each in (legs, names)
        )
        self._raw = torch.zeros(self.num_envs, len(legs), device=self.device)
        self._processed = asset.data.default_joint_pos.torch[:, self._moved].clone()

    @property
    def action_dim(self) -> int:
        return 4

    @property
    def raw_actions(self) -> torch.Tensor:
        """What the policy said of the legs: (num_envs, 12). As in upstream, not what it was commanded."""
        return self._raw

    @property
    def processed_actions(self) -> torch.Tensor:
        """Position targets of legs and waist: (num_envs, 15) [rad]."""
        return self._processed

    def process_actions(self, actions: torch.Tensor) -> None:
        asset: Any = self._asset
        data = asset.data
        said, targets = self._policy.targets(
            actions[:, :3],
            data.root_ang_vel_b.torch,
            data.projected_gravity_b.torch,
            data.joint_pos.torch[:, self._observed],
            data.joint_vel.torch[:, self._observed],
        )
        self._raw[:] = said[:, self._legs]
        self._processed[:] = targets[:, self._columns]

    def apply_actions(self) -> None:
        asset: Any = self._asset
        asset.set_joint_position_target_index(target=self._processed, joint_ids=self._moved)

    def reset(self, env_ids: Sequence[int] | None = None, **_: Any) -> None:
        rows: Any = slice(None) if env_ids is None else env_ids
        self._policy.reset(rows)
        self._raw[rows] = 0.0
