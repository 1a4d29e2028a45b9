# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Isaac Lab's Pink action term with one solution for all environments in place of a quadratic program for each."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
import warp as wp
from isaaclab.managers import ActionTerm

from ...errors import OptionError
from .chain import chain_of
from .solver import IKSettings, WholeArmSolver

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedEnv

_YIELD = 0.25
"""Largest distance of a joint of a standing robot from where it is told to be, where something holds it [rad]."""


class WholeArmIK(ActionTerm):
    """Takes the actions of a `PinkInverseKinematicsActionCfg` and moves the same joints toward the same poses.

    An action is a target position [m] and quaternion (xyzw) of each frame task in the environment's frame, then
    positions of the hands' joints [rad]. Costs and gains of the configuration are Pink's own and are not used; frames,
    joints, hands and the joints with a posture are. A robot whose action is not finite in any entry keeps its arms and
    hands where they are.

    A robot that stands on its feet is solved for from where its joints were told to be, not from where they are: else
    its waist would give way to the weight on it. Hands that followed their targets at once would push it over, so here
    the gain of Pink's tasks counts.

    Raises:
        OptionError: The robot lacks a joint of the URDF.
    """

    def __init__(self, cfg: Any, env: "ManagerBasedEnv"):
        super().__init__(cfg, env)
        asset: Any = self._asset
        controller = cfg.controller
        moved_ids, moved = asset.find_joints(cfg.pink_controlled_joint_names)
        hand_ids, self._hand_joint_names = asset.find_joints(cfg.hand_joint_names)
        self._num_moved, self._num_hand = len(moved), controller.num_hand_joints
        self._written = wp.array([*moved_ids, *hand_ids], dtype=wp.int32, device=self.device)
        self._hands = torch.tensor(hand_ids, dtype=torch.long, device=self.device)
        chain = chain_of(controller)
        self._pose_dim = 7 * len(chain.tip_joint)
        if absent := [name for name in chain.joints if name not in asset.joint_names]:
            raise OptionError(
                f"the robot has no {', '.join(absent)}, as {controller.urdf_path} has",
                where="--ik dls",
                remedy="Use --ik pink, or a URDF of the robot.",
            )
        ids = [asset.joint_names.index(name) for name in chain.joints]
        postures = [name for task in controller.variable_input_tasks for name in getattr(task, "controlled_joints", ())]
        default = asset.data.default_joint_pos.torch[0].tolist()
        self._solver = WholeArmSolver(
            chain,
            moved,
            {name: default[asset.joint_names.index(name)] for name in postures if name in moved},
            asset.data.soft_joint_pos_limits.torch[0, ids].cpu().numpy(),
            self.num_envs,
            env.sim.get_physics_dt(),
            self.device,
            None if asset.is_fixed_base else IKSettings(gain=_gain(controller)),
        )
        self._told = None if asset.is_fixed_base else asset.data.joint_pos.torch.clone()
        # Whose joints were told nothing yet: they are where a reset, or after it a restored state, has put them.
        self._untold = torch.ones(self.num_envs, dtype=torch.bool, device=self.device)
        self._told_array = None if self._told is None else wp.from_torch(self._told)
        self._moved_ids = torch.tensor(moved_ids, device=self.device)
        self._moves = torch.zeros(asset.num_joints, dtype=torch.bool, device=self.device)
        self._moves[self._moved_ids] = True
        self._joints = wp.array(ids, dtype=wp.int32, device=self.device)
        self._base = asset.body_names.index(controller.base_link_name)
        self._origins = wp.from_torch(env.scene.env_origins.contiguous(), wp.vec3f)
        self._raw = torch.zeros(self.num_envs, self.action_dim, device=self.device)
        self._processed = torch.zeros(self.num_envs, len(self._written), device=self.device)
        self._raw_array, self._processed_array = wp.from_torch(self._raw), wp.from_torch(self._processed)

    @property
    def action_dim(self) -> int:
        return self._pose_dim + self._num_hand

    @property
    def raw_actions(self) -> torch.Tensor:
        return self._raw

    @property
    def processed_actions(self) -> torch.Tensor:
        """Position targets of the arms' joints, then of the hands': (num_envs, joints) [rad]."""
        return self._processed

    @property
    def memory(self) -> tuple[torch.Tensor, ...]:
        """What it keeps from step to step, to be put back in place with a state: (num_envs, ...) each."""
        return () if self._told is None else (self._told, self._untold)

    def process_actions(self, actions: torch.Tensor) -> None:
        self._raw[:] = actions
        asset: Any = self._asset
        if self._told is not None:
            # Isaac Lab resets action terms before it writes a restored state, so it is too early there.
            self._told.copy_(torch.where(self._untold[:, None], asset.data.joint_pos.torch, self._told))
            self._untold.zero_()
        finite = actions.isfinite().all(dim=1, keepdim=True)
        held = asset.data.joint_pos.torch[:, self._hands]
        self._processed[:, self._num_moved :] = torch.where(finite, actions[:, self._pose_dim :], held)

    def apply_actions(self) -> None:
        asset: Any = self._asset
        data = asset.data
        positions = data.joint_pos.warp
        if self._told is not None:
            there = data.joint_pos.torch
            ahead = (self._told - there).clamp(-_YIELD, _YIELD)
            self._told.copy_(torch.where(self._moves, there + ahead, there))
            positions = self._told_array
        self._solver.step(
            data.body_link_pose_w.warp,
            self._base,
            self._origins,
            self._raw_array,
            positions,
            self._joints,
            self._processed_array,
        )
        if self._told is not None:
            self._told[:, self._moved_ids] = self._processed[:, : self._num_moved]
        asset.set_joint_position_target_index(target=self._processed, joint_ids=self._written)

    def reset(self, env_ids: Sequence[int] | None = None, **_: Any) -> None:
        rows: Any = slice(None) if env_ids is None else env_ids
        self._raw[rows] = 0.0
        self._untold[rows] = True


def _gain(controller: Any) -> float:
    """Return the smallest gain of a Pink controller's pose tasks."""
    return min(task.gain for task in controller.variable_input_tasks if hasattr(task, "frame"))
