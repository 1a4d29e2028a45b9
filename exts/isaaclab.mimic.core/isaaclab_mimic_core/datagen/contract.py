# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What the generator needs of an environment. `envs` implements it; tests implement it without a simulator.

The six methods are those of Isaac Lab's `ManagerBasedRLMimicEnv`, batched: the environments are the leading dimension
everywhere, the end effectors the second. Poses are homogeneous matrices in the environment's own frame [m].
"""

from collections.abc import Sequence
from typing import Any, Protocol

import torch


class MimicEnv(Protocol):
    """A batch of environments that data can be generated in."""

    num_envs: int
    device: torch.device
    cfg: Any
    """A `MimicEnvCfg`: `datagen_config`, `subtask_configs`, `task_constraint_configs`."""
    eef_names: tuple[str, ...]
    """End effectors, in the order of `cfg.subtask_configs`."""
    object_names: tuple[str, ...]
    """What motions can refer to: bodies, then frames."""
    frame_names: tuple[str, ...]
    """The last ones of `object_names`: places without a body (`datagen.config.Frame`)."""
    pose_action_dim: int
    """Numbers of an action that say where one end effector moves; action noise is drawn for these."""
    gripper_dim: int
    """Numbers of an action that say what one gripper does."""
    navigates: bool
    """Whether it walks where the end effector `body` is to be: a `WalkingEnv`."""

    @property
    def limited(self) -> tuple[bool, ...]:
        """By end effector whether its arm has too few joints to take any pose within its reach: `miss` says which."""
        ...

    def eef_pose(self) -> torch.Tensor:
        """Return the end effectors' poses: (num_envs, num_eefs, 4, 4)."""
        ...

    def object_pose(self, env_ids: torch.Tensor | None = None) -> torch.Tensor:
        """Return the objects' poses: (num_envs, num_objects, 4, 4), or (K, num_objects, 4, 4) in `env_ids` (K,)."""
        ...

    def target_to_action(
        self, target: torch.Tensor, gripper: torch.Tensor, noise: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Turn target poses into an action.

        Args:
            target: (num_envs, num_eefs, 4, 4) target poses of the end effectors.
            gripper: (num_envs, num_eefs, gripper_dim).
            noise: (num_envs, num_eefs, pose_action_dim) added in action space.

        Returns:
            (num_envs, action_dim) for `step`.
        """
        ...

    def miss(self, eef: int, rows: torch.Tensor, paths: torch.Tensor) -> torch.Tensor:
        """Return by how much an end effector that is `limited` would miss the poses of paths.

        Args:
            eef: Index of the end effector.
            rows: (K,) environments.
            paths: (K, M, P, 4, 4) M paths of P poses in each.

        Returns:
            (K, M, P, 2) distances [m] and angles [rad].
        """
        ...

    def action_to_target(self, action: torch.Tensor) -> torch.Tensor:
        """Turn an action into target poses, given the end effectors' poses now: (num_envs, num_eefs, 4, 4)."""
        ...

    def action_to_gripper(self, action: torch.Tensor) -> torch.Tensor:
        """Return the grippers' part of actions: (..., action_dim) -> (..., num_eefs, gripper_dim)."""
        ...

    def term_signals(self) -> dict[str, torch.Tensor]:
        """Return each subtask termination signal: (num_envs,) bool."""
        ...

    def success(self) -> torch.Tensor:
        """Return whether the task is fulfilled now: (num_envs,) bool."""
        ...


class WalkingEnv(MimicEnv, Protocol):
    """An environment whose robots walk to the waypoints of `body`; needed where `navigates`."""

    def is_behind(self, target: torch.Tensor) -> torch.Tensor:
        """Return which robots are too far behind waypoints to be given the next ones: (num_envs,) bool.

        Args:
            target: (num_envs, num_eefs, 4, 4) the last target poses; anything where no attempt runs.
        """
        ...


class RestorableEnv(MimicEnv, Protocol):
    """An environment that can be put back to an earlier state; needed for retries."""

    def memory(self) -> Sequence[torch.Tensor]:
        """Return what controllers keep from step to step, and `state` does not say: (num_envs, ...) each.

        They are the controllers' own tensors: a snapshot puts them back in place, after `restore`.
        """
        ...

    def state(self) -> dict[str, torch.Tensor]:
        """Return the scene's state by path: (num_envs, ...)."""
        ...

    def restore(self, state: dict[str, torch.Tensor], env_ids: torch.Tensor) -> None:
        """Put environments `env_ids` (K,) back to a state of K rows; poses and observations then are of that state."""
        ...
