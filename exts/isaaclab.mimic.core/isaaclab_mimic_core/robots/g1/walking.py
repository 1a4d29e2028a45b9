# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Upstream's action term of the lower body, with another policy."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
import warp as wp
from isaaclab.managers import ActionTerm
from isaaclab.utils.string import resolve_matching_names_values

from ...errors import TaskError
from .policy import STEP, WalkingPolicy

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedEnv


_WAIST = "waist_.*_joint"
"""The policy balances the trunk, too."""


class WalkingAction(ActionTerm):
    """Takes the actions of an `AgileBasedLowerBodyActionCfg`, and moves the same joints and the waist.

    An action is the velocity forward and to the left [m/s] and about the vertical [rad/s], and the height of the hips
    [m]. The policy knows no height: the robot walks at its own. Scale and offset of the configuration are for
    upstream's policy: other values than its own are refused.

    Raises:
        TaskError: The configuration asks for what this policy does not do.
        PlatformError: The policy does not fit the robot.
    """

    def __init__(self, cfg: Any, env: "ManagerBasedEnv"):
        super().__init__(cfg, env)
        asset: Any = self._asset
        _check(cfg, env)
        self._policy = WalkingPolicy(Path(cfg.policy_path), self.num_envs, self.device)
        legs = asset.find_joints(cfg.joint_names)[1]
        moved, names = asset.find_joints([*cfg.joint_names, _WAIST])
        self._policy.check_robot(asset.joint_names, names)
        order = {name: index for index, name in enumerate(self._policy.joints)}
        self._observed = torch.tensor([asset.joint_names.index(name) for name in order], device=self.device)
        # An array, for Isaac Lab makes one of a list at each physics step.
        self._moved = wp.array(moved, dtype=wp.int32, device=self.device)
        self._legs, self._columns = (
            torch.tensor([order[name] for name in each], device=self.device) for each in (legs, names)
        )
        self._raw = torch.zeros(self.num_envs, len(legs), device=self.device)
        self._processed = asset.data.default_joint_pos.torch[:, moved].clone()
        self._least, self._most = _limits(cfg.clip, names, self.device)

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
        self._processed[:] = targets[:, self._columns].clamp(self._least, self._most)

    @property
    def memory(self) -> tuple[torch.Tensor, ...]:
        """What it keeps from step to step, to be put back in place with a state: (num_envs, ...) each."""
        return self._policy.memory

    def apply_actions(self) -> None:
        asset: Any = self._asset
        asset.set_joint_position_target_index(target=self._processed, joint_ids=self._moved)

    def reset(self, env_ids: Sequence[int] | None = None, **_: Any) -> None:
        rows: Any = slice(None) if env_ids is None else env_ids
        self._policy.reset(rows)
        self._raw[rows] = 0.0


def _check(cfg: Any, env: "ManagerBasedEnv") -> None:
    """Refuse a configuration that asks for what this policy does not do."""
    if abs(env.step_dt - STEP) > 1e-6:
        raise TaskError(
            f"the policy that G1 walks with makes a step of {STEP:g} s, and the task one of {env.step_dt:g} s",
            where="decimation, sim.dt",
            remedy=f"Let their product be {STEP:g}.",
        )
    for field, own in (("policy_output_scale", 0.25), ("policy_output_offset", 0.0)):
        if (value := getattr(cfg, field)) != own:
            raise TaskError(
                f"{value} is not what the local walking policy takes, {own}",
                where=f"lower body action, {field}",
                remedy="Leave it as it is, or use NVIDIA's assets: --assets cloud",
            )


def _limits(
    clip: dict[str, tuple[float, float]] | None, names: list[str], device: str
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return least and largest position targets of joints, (J,) each [rad], of a configuration's `clip`."""
    limits = torch.tensor([[-torch.inf, torch.inf]] * len(names), device=device)
    if clip is not None:
        found, _, values = resolve_matching_names_values(clip, names)
        limits[found] = torch.tensor(values, device=device)
    least, most = limits.unbind(dim=1)
    return least, most
