# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Environments whose end effectors are commanded by poses, all of them and all arms at once."""

import math
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import torch

from ...envs.batched import BatchedEnv
from .arm import Arm, Base, command_to, target_of
from .matching import in_order_of
from .terms import read_arms

if TYPE_CHECKING:
    from isaaclab.managers import TerminationTermCfg


class TaskSpaceEnv(BatchedEnv):
    """An environment of arms that are commanded by poses; subclasses say which (`arms`).

    As in upstream's Mimic classes, relative commands with noise are clamped to ±1 where actions are taken for commands
    as they are (`Arm.clamps`); the generator always adds noise, be it zero. An arm that has too few joints for any pose
    (`Arm.reach`) is told to go to the next one that it can take.
    """

    def __init__(self, env: Any, success_term: "TerminationTermCfg | None", info: dict):
        super().__init__(env, success_term, info)
        arms = self._arms
        self.pose_action_dim = max(arm.size for arm in arms)
        self.gripper_dim = max(1, *(len(arm.hand) for arm in arms))

    _seen: object = None
    _seen_pose: torch.Tensor
    _bases: tuple[Base | None, ...] | None = None

    def arms(self) -> Sequence[Arm]:
        """Return the arms, in any order."""
        raise NotImplementedError

    @cached_property
    def _arms(self) -> tuple[Arm, ...]:
        """The arms in the order of the end effectors."""
        return in_order_of(self.eef_names, self.arms(), self.info["task"])

    @cached_property
    def _groups(self) -> tuple["_Group", ...]:
        """The arms whose commands are computed together."""
        kinds: dict[tuple, list[int]] = {}
        for index, arm in enumerate(self._arms):
            kinds.setdefault((arm.relative, arm.rotates, arm.unique_quat, arm.clamps, arm.base is None), []).append(
                index
            )
        return tuple(_Group(self._arms, members, self.device) for members in kinds.values())

    @cached_property
    def _hands(self) -> "_Hands":
        return _Hands(self._arms, self.gripper_dim, self.device)

    @cached_property
    def _places(self) -> torch.Tensor | None:
        """(action_dim,) for each column of an action where it is found in all commands and grippers; None: there."""
        columns = [column for group in self._groups for column in group.columns] + self._hands.columns
        order = sorted(range(len(columns)), key=columns.__getitem__)
        return None if order == list(range(len(order))) else torch.tensor(order, device=self.device)

    def eef_pose(self) -> torch.Tensor:
        # Cached, because it is called several times per step. Isaac Lab makes a new dictionary for new observations.
        observations = self.env.obs_buf.get("policy")
        if observations is None or self._seen is not observations:
            self._seen = observations
            poses = [arm.pose() for arm in self._arms]
            self._seen_pose = torch.stack(poses, dim=1) if len(poses) > 1 else poses[0].unsqueeze(1)
            if any(arm.base_moves for arm in self._arms):
                self._bases = None
        return self._seen_pose

    def reset(self, env_ids: torch.Tensor, keys: torch.Tensor) -> None:
        super().reset(env_ids, keys)
        self._bases = None

    def restore(self, state: dict[str, torch.Tensor], env_ids: torch.Tensor) -> None:
        super().restore(state, env_ids)
        self._bases = None

    def target_to_action(
        self, target: torch.Tensor, gripper: torch.Tensor, noise: torch.Tensor | None = None
    ) -> torch.Tensor:
        current, target = self.eef_pose(), self.nearest_pose(target)
        parts = [
            group.action(current, target, base, noise)
            for group, base in zip(self._groups, self._base_poses(), strict=True)
        ]
        action = torch.cat([*parts, self._hands.put(gripper)], dim=-1)
        return action if self._places is None else action.index_select(-1, self._places)

    @cached_property
    def limited(self) -> tuple[bool, ...]:
        return tuple(arm.reach is not None and arm.reach.is_known for arm in self._arms)

    def nearest_pose(self, target: torch.Tensor) -> torch.Tensor:
        if not any(self.limited):
            return target
        poses = zip(self._arms, self.limited, target.unbind(1), strict=True)
        near = [arm.reach.nearest(pose) if arm.reach and limited else pose for arm, limited, pose in poses]
        return torch.stack(near, dim=1)

    def miss(self, eef: int, rows: torch.Tensor, paths: torch.Tensor) -> torch.Tensor:
        reach = self._arms[eef].reach
        assert reach is not None, "the arm can take any pose"
        return reach.miss(rows, paths)

    def action_to_target(self, action: torch.Tensor) -> torch.Tensor:
        return self._targets(action, self.eef_pose(), self._base_poses())

    def recorded_targets(self, action: torch.Tensor, eef_pose: torch.Tensor) -> torch.Tensor | None:
        """Return the target poses of recorded actions: (T, num_eefs, 4, 4) [m]; None if a robot's base moves or varies.

        Args:
            action: (T, action_dim).
            eef_pose: (T, num_eefs, 4, 4) poses of the end effectors then, in the environment's frame [m].
        """
        if any(arm.base_moves for arm in self._arms):
            return None
        if not all(base is None or base.is_same_everywhere for base in self._base_poses()):
            return None
        bases = tuple(None if base is None else base.first() for base in self._base_poses())
        return self._targets(action, eef_pose, bases)

    def _targets(self, action: torch.Tensor, current: torch.Tensor, bases: tuple[Base | None, ...]) -> torch.Tensor:
        found = [group.target(action, current, base) for group, base in zip(self._groups, bases, strict=True)]
        return found[0] if len(found) == 1 else torch.cat(found, dim=1).index_select(1, self._order)

    @cached_property
    def _order(self) -> torch.Tensor:
        """(num_eefs,) for each end effector its place among the members of all groups."""
        members = [member for group in self._groups for member in group.members]
        return torch.tensor(sorted(range(len(members)), key=members.__getitem__), device=self.device)

    def action_to_gripper(self, action: torch.Tensor) -> torch.Tensor:
        return self._hands.take(action)

    def _base_poses(self) -> tuple[Base | None, ...]:
        if self._bases is None:
            self._bases = tuple(group.base() for group in self._groups)
        return self._bases


class DerivedEnv(TaskSpaceEnv):
    """Any environment whose actions are Isaac Lab's own terms: what they mean is read from the action manager.

    An end effector's pose is that of the frame that its action term moves, body offset included. Its target pose is
    where the term's controller is told to go: a relative action times the term's scale, from the current pose and along
    the axes of the arm's base. Upstream's Mimic classes for relative actions, and AutoData's embodiments, leave out the
    scale: with the Franka's, 0.5, their target poses are twice as far away, and deviations from a source are corrected
    half as strongly. Both give the source's own actions where the robot is where the source's was. Annotated files hold
    target poses of one reading or of the other; `mimic generate` refuses those of the wrong one.
    """

    scaled: bool = True
    """Whether target poses take the terms' scale into account."""

    def __init__(self, env: Any, success_term: "TerminationTermCfg | None", info: dict):
        super().__init__(env, success_term, info)
        self.response = min(arm.response for arm in self._arms)

    def arms(self) -> Sequence[Arm]:
        arms = read_arms(self.env, self.info["task"])
        return arms if self.scaled else [arm.unscaled() if arm.relative else arm for arm in arms]

    def _own_signals(self) -> dict[str, torch.Tensor]:
        return super()._own_signals() if hasattr(self.env, "get_subtask_term_signals") else self.observed_signals()


class _Group:
    """Arms whose commands are of one kind, stacked."""

    def __init__(self, arms: Sequence[Arm], members: list[int], device: torch.device):
        self.members = members
        self._arms = [arms[member] for member in members]
        first = self._arms[0]
        self._relative, self._rotates, self._unique, self._size = (
            first.relative,
            first.rotates,
            first.unique_quat,
            first.size,
        )
        self._clamps = first.relative and first.clamps
        self.columns = [column for arm in self._arms for column in range(arm.start, arm.start + arm.size)]
        self._columns = torch.tensor(self.columns, device=device)
        # All of the action's beginning, of all end effectors: slices are views, and cost nothing.
        self._first = self.columns == list(range(len(self.columns)))
        self._all = members == list(range(len(arms)))
        self._places = torch.tensor(members, device=device)
        clips = [arm.clip or ((-math.inf, math.inf),) * arm.size for arm in self._arms]
        self._clip = torch.tensor(clips, device=device) if any(arm.clip for arm in self._arms) else None
        scales = [arm.scale or (1.0,) * arm.size for arm in self._arms]
        offsets = [arm.offset or (0.0,) * arm.size for arm in self._arms]
        self._affine = any(map(any, offsets)) or any(factor != 1.0 for scale in scales for factor in scale)
        self._scale = torch.tensor(scales, device=device)
        self._offset = torch.tensor(offsets, device=device)
        self._inverse = torch.where(self._scale == 0.0, 0.0, 1.0 / self._scale)

    def base(self) -> Base | None:
        """Return the base frames, (num_envs, members); None: the environment's frame."""
        poses = [arm.base() for arm in self._arms if arm.base is not None]
        moves = any(arm.base_moves for arm in self._arms)
        return Base(torch.stack(poses, dim=1), moves) if poses else None

    def action(
        self, current: torch.Tensor, target: torch.Tensor, base: Base | None, noise: torch.Tensor | None
    ) -> torch.Tensor:
        """Return the arms' part of an action: (num_envs, members * size)."""
        command = command_to(self._own(current), self._own(target), base, self._relative, self._rotates, self._unique)
        if self._affine:
            command = (command - self._offset) * self._inverse
        if noise is not None:
            noise = self._own(noise)
            command = command + (noise if noise.shape[-1] == self._size else noise[..., : self._size])
            if self._clamps:
                command = command.clamp(-1.0, 1.0)
        return command.flatten(1)

    def target(self, action: torch.Tensor, current: torch.Tensor, base: Base | None) -> torch.Tensor:
        """Return the arms' target poses: (num_envs, members, 4, 4)."""
        part = action[:, : len(self.columns)] if self._first else action.index_select(-1, self._columns)
        command = part.unflatten(-1, (len(self.members), self._size))
        if self._affine:
            command = command * self._scale + self._offset
        if self._clip is not None:
            command = command.clamp(self._clip[..., 0], self._clip[..., 1])
        return target_of(self._own(current), command, base, self._relative)

    def _own(self, values: torch.Tensor) -> torch.Tensor:
        return values if self._all else values.index_select(1, self._places)


class _Hands:
    """The columns of actions that no pose decides, by end effector; the shorter are padded with zeros."""

    def __init__(self, arms: Sequence[Arm], width: int, device: torch.device):
        self.columns = [column for arm in arms for column in arm.hand]
        self._width, self._num = width, len(arms)
        places = [index * width + at for index, arm in enumerate(arms) for at in range(len(arm.hand))]
        self._full = len(places) == width * len(arms)
        self._places = torch.tensor(places, dtype=torch.long, device=device)
        self._columns = torch.tensor(self.columns, dtype=torch.long, device=device)
        first = self.columns[0] if self.columns else 0
        self._last_ones = self.columns == list(range(first, first + len(self.columns)))
        self._first_column = first

    def put(self, gripper: torch.Tensor) -> torch.Tensor:
        """(num_envs, num_eefs, gripper_dim) -> (num_envs, columns), in the order of `columns`."""
        flat = gripper.flatten(1)
        return flat if self._full else flat.index_select(-1, self._places)

    def take(self, action: torch.Tensor) -> torch.Tensor:
        """(..., action_dim) -> (..., num_eefs, gripper_dim)."""
        if self._last_ones:
            part = action[..., self._first_column : self._first_column + len(self.columns)]
        else:
            part = action.index_select(-1, self._columns)
        if not self._full:
            whole = part.new_zeros(*part.shape[:-1], self._num * self._width)
            part = whole.index_copy(-1, self._places, part)
        return part.unflatten(-1, (self._num, self._width))
