# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What every end effector follows: waypoints in padded buffers, rebuilt where a subtask begins."""

import math
from typing import Any

import torch

from .. import randomness
from . import selection, trajectory
from .calm import calm_before_grips
from .columns import side_by_side
from .constraints import Constraints
from .contract import MimicEnv
from .experience import Experience
from .held_objects import offset_in_hand, shift_for_grasp
from .plan import SubtaskPlan
from .planning import Query, TransitionPlanner
from .settings import Settings
from .source_bank import SourceBank, draw_bounds, longest_trajectory

_FAR, _FAR_TURNED = 0.1, 0.8
"""[m], [rad] An end effector that is so far from its target does not only lag behind it: it cannot get there."""


class Following:
    """One trajectory per environment and end effector, from the source segment that was chosen for its subtask.

    Args:
        env: The environments.
        plan: Their Mimic configuration.
        bank: The source demonstrations.
        seed: Seed of every choice.
        settings: Which rules to follow.
        constraints: Runtime state of the constraints between end effectors; None if there are none.
        experience: What this run has learned of the sources; None if it does not learn.
        planner: Makes the ways to the segments; None: they are straight.
    """

    def __init__(
        self,
        env: MimicEnv,
        plan: SubtaskPlan,
        bank: SourceBank,
        seed: int,
        settings: Settings,
        constraints: Constraints | None,
        experience: Experience | None = None,
        planner: TransitionPlanner | None = None,
    ):
        config: Any = env.cfg.datagen_config
        self._plan, self._bank, self._seed, self._settings = plan, bank, seed, settings
        self._constraints, self._experience, self._planner = constraints, experience, planner
        self._selects_per_subtask = config.generation_select_src_per_subtask and settings.per_subtask_selection
        self._selects_by_robot = bool((plan.strategy == selection.ROBOT).any())
        self._selects_per_arm = config.generation_select_src_per_arm
        self._with_first_pose = config.generation_transform_first_robot_pose
        self._from_last_target = config.generation_interpolate_from_last_target_pose
        self._corrects_grasp = settings.correct_grasp and bool((bank.held >= 0).any())
        self._selects_for_itself = self._selects_per_subtask and (
            self._selects_per_arm or (len(plan.eef_names) == 1 and not settings.exact_upstream)
        )
        self._all_have_objects = bool((plan.object_index >= 0).all())
        self._max_interpolation = int(plan.num_interpolation.max())
        self._laid_width = longest_trajectory(bank, plan)
        self._width = self._laid_width + (planner.max_waypoints if planner else 0)

        n, e, s, device = env.num_envs, len(plan.eef_names), plan.max_subtasks, env.device
        self._first_waypoint = torch.arange(n * e, device=device).reshape(n, e) * self._width
        self._eefs = torch.arange(e, device=device)
        self._slots = torch.arange(e * s, device=device)
        self._demos = torch.arange(bank.num_demos, device=device)[None]
        self._eye = torch.eye(4, device=device)
        # What each subtask says, looked up in one operation.
        self._noises = torch.stack([plan.noise, plan.noise * plan.noise_in_interpolation], dim=-1)
        integers = (plan.object_index, bank.held, plan.num_interpolation, plan.num_fixed)
        self._integers = torch.stack(integers, dim=-1)
        # What goes with each recorded pose: the gripper's action, and by how much the noise is less there.
        calm = calm_before_grips(bank.gripper) if settings.fade_noise else bank.gripper.new_ones(bank.gripper.shape[:3])
        self._controls = torch.cat([bank.gripper, calm.unsqueeze(-1)], dim=-1)
        # A waypoint is one row, so that it is laid, looked up and kept in one operation: pose, gripper action, noise.
        self._waypoints = torch.zeros(n, e, self._width, 16 + env.gripper_dim + 1, device=device)
        self.poses = self._waypoints[..., :16].unflatten(-1, (4, 4))
        """(num_envs, num_eefs, width, 4, 4) target poses, environment frame [m]."""
        self.poses.copy_(torch.eye(4, device=device))
        self._block, (self.length, self.sources, self.nearness) = side_by_side(
            n, ((e,), (e, s), (e, s)), torch.long, device
        )
        """`length`: waypoints of each trajectory, (num_envs, num_eefs); `sources`: demonstration of each subtask begun,
        -1 before, (num_envs, num_eefs, max_subtasks); `nearness`: how near its object was, as `Experience` says."""
        self.length.fill_(1)
        self.sources.fill_(-1)
        self.planned_length = torch.zeros_like(self.length)
        """(num_envs, num_eefs) how many of these, at its beginning, are a planned way."""
        self.no_path = torch.zeros(n, e, dtype=torch.bool, device=device)
        """(num_envs, num_eefs) the planner found no way to the segment."""
        self.bounds = bank.bounds.repeat(n, 1, 1, 1, 1)
        """(num_envs, num_demos, num_eefs, max_subtasks, 2) segments with this attempt's random offsets."""
        self._stream = torch.zeros(n, dtype=torch.long, device=device)
        self._draws = torch.zeros(n, e * s, device=device)

    @property
    def fields(self) -> list[torch.Tensor]:
        """Tensors that a checkpoint keeps; all changed in place."""
        fields = [self._waypoints, self._block]
        return fields + ([self.planned_length, self.no_path] if self._planner else [])

    def begin(self, env_ids: torch.Tensor, attempts: torch.Tensor) -> None:
        """Start new attempts: (K,) environments and the attempts' numbers."""
        stream = randomness.streams(self._seed, "choice", attempts)
        self._stream[env_ids] = stream
        self._draws[env_ids] = randomness.uniform(stream[:, None], self._slots, 1)[..., 0]
        stream = randomness.streams(self._seed, "bounds", attempts)
        self.bounds[env_ids] = draw_bounds(self._bank, self._plan, stream, self._settings.exact_upstream)
        self.sources[env_ids] = -1

    def waypoint(self, cursor: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return the waypoints at (num_envs, num_eefs) cursors; past its end a trajectory stays at its last one.

        Returns:
            Poses (num_envs, num_eefs, 4, 4), gripper actions (num_envs, num_eefs, G), noise (num_envs, num_eefs).
        """
        which = cursor.minimum(self.length - 1) + self._first_waypoint
        waypoint = self._waypoints.flatten(0, 2).index_select(0, which.flatten()).unflatten(0, cursor.shape)
        return waypoint[..., :16].unflatten(-1, (4, 4)), waypoint[..., 16:-1], waypoint[..., -1]

    def far_from_end(self, rows: torch.Tensor, eefs: torch.Tensor, eef_pose: torch.Tensor) -> torch.Tensor:
        """Return who is farther from its trajectory's last waypoint than following it explains: (K,).

        Args:
            rows: (K,) environments.
            eefs: (K,) one end effector of each.
            eef_pose: (K, 4, 4) now, environment frame [m].
        """
        target = self.poses[rows, eefs, self.length[rows, eefs] - 1]
        apart = (target[..., :3, 3] - eef_pose[..., :3, 3]).norm(dim=-1) > _FAR
        # The trace of the rotation between them is 1 + 2 cos(angle).
        return apart | ((target[..., :3, :3] * eef_pose[..., :3, :3]).sum(dim=(-2, -1)) < 1 + 2 * math.cos(_FAR_TURNED))

    def segments(self, rows: torch.Tensor) -> torch.Tensor:
        """Return first step and end (exclusive) of the segments that attempts followed, of each subtask begun.

        Args:
            rows: (K,) environments.

        Returns:
            (K, num_eefs, max_subtasks, 2) int64.
        """
        source = self.sources[rows].clamp_min(0)[:, None, ..., None]
        return self.bounds[rows].take_along_dim(source, dim=1)[:, 0]

    def source_way(self, row: int, eef: int, subtask: int) -> tuple[int, torch.Tensor]:
        """Return the source demonstration that a subtask follows, and its segment of it where it was recorded.

        Returns:
            Index of the demonstration, -1 before the subtask has begun; (steps, 4, 4) end-effector poses [m], in the
            environment frame of the source.
        """
        source = int(self.sources[row, eef, subtask])
        begin, end = self.bounds[row, source, eef, subtask].tolist() if source >= 0 else (0, 0)
        return source, self._bank.eef_pose[source, eef, begin:end]

    def build(
        self,
        rows: torch.Tensor,
        eef: int,
        subtask: torch.Tensor,
        cursor: torch.Tensor,
        tries: torch.Tensor,
        eef_now: torch.Tensor,
        object_now: torch.Tensor,
    ) -> None:
        """Choose, transform and lay out new trajectories for one end effector.

        Args:
            rows: (K,) environments in which it begins a subtask.
            eef: Which end effector.
            subtask: (K,) its subtasks.
            cursor: (K,) steps made on the trajectories that it followed so far.
            tries: (K,) how often each subtask was tried before.
            eef_now: (num_envs, num_eefs, 4, 4).
            object_now: (num_envs, num_objects, 4, 4).
        """
        bank = self._bank
        which, held, num_interpolation, num_fixed = self._integers[eef, subtask].unbind(-1)
        noise, noise_before = self._noises[eef, subtask].unbind(-1)
        has_object, item = which >= 0, which.clamp_min(0)
        here, eef_here = object_now[rows, item], eef_now[rows, eef]
        starts = self.bounds[rows, :, eef, subtask, 0]
        then = bank.object_pose[self._demos, item[:, None], starts]
        eefs = (eef_here, bank.eef_pose[self._demos, eef, starts]) if self._selects_by_robot else (None, None)
        nearness = preference = None
        if self._experience is not None:
            nearness = self._experience.nearness(eef, subtask, here, then)
            preference = self._experience.preference(eef, subtask, nearness)
        source = self._choose(rows, eef, subtask, tries, here, then, *eefs, preference)
        coordinated = agreed = None
        if self._constraints is not None:
            coordinated, source, agreed = self._constraints.coordinate(
                rows, eef, subtask, source, here, then, self.bounds[rows], self._stream[rows]
            )
        self.sources[rows, eef, subtask] = source
        if nearness is not None:
            self.nearness[rows, eef, subtask] = nearness.gather(1, source[:, None])[:, 0]

        begin, end = self.bounds[rows, source, eef, subtask].unbind(-1)
        first_pose = (subtask == 0) | self._with_first_pose
        step = torch.arange(self._laid_width, device=rows.device)[None] - first_pose[:, None].long()
        step = (begin[:, None] + step.clamp_min(0)).clamp_max(bank.target_pose.shape[2] - 1)
        poses = bank.target_pose[source[:, None], eef, step]
        controls = self._controls[source[:, None], eef, step]
        controls[..., -1] *= noise[:, None]
        noise_before = noise_before * self._controls[source, eef, begin, -1]
        eef_then = bank.eef_pose[source, eef, begin]
        poses[:, 0] = torch.where(first_pose[:, None, None], eef_then, poses[:, 0])
        motion = here @ bank.object_inverse[source, item, begin]
        if not self._all_have_objects:
            motion = torch.where(has_object[:, None, None], motion, self._eye)
        if coordinated is not None and agreed is not None:
            motion = torch.where(coordinated[:, None, None], agreed, motion)
        poses = trajectory.moved(motion, poses)
        if self._corrects_grasp:
            # Coordinated arms keep their places relative to each other.
            carried = held if coordinated is None else torch.where(coordinated, -1, held)
            carries, carried = (carried >= 0)[:, None], carried.clamp_min(0)
            before = bank.in_hand[source, eef, carried, begin]
            # Nothing held is held as it was.
            now = torch.where(carries, offset_in_hand(eef_here, object_now[rows, carried]), before)
            shift_for_grasp(poses, before, now)

        start = eef_here
        if self._from_last_target:
            previous = self.poses[rows, eef, (cursor - 1).clamp_min(0).minimum(self.length[rows, eef] - 1)]
            start = torch.where((subtask > 0)[:, None, None], previous, start)
        way = None
        if self._planner is not None:
            way = self._planner.plan(Query(rows, eef, start, poses[:, 0], object_now[rows], which, held))
            last = way.poses[torch.arange(len(rows), device=rows.device), (way.length - 1).clamp_min(0)]
            start = torch.where((way.length > 0)[:, None, None], last, start)
        laid = trajectory.lay_out(
            poses,
            controls,
            end - begin + first_pose.long(),
            start,
            num_interpolation,
            num_fixed,
            noise_before,
            self._max_interpolation,
            self._settings.exact_upstream,
        )
        if way is not None:
            laid = trajectory.put_behind(way.poses, way.length, noise_before, laid)
            self.planned_length[rows, eef], self.no_path[rows, eef] = way.length, ~way.found
        poses, controls, self.length[rows, eef] = laid
        self._waypoints[rows, eef] = torch.cat([poses.flatten(-2), controls], dim=-1)

    def _choose(
        self,
        rows: torch.Tensor,
        eef: int,
        subtask: torch.Tensor,
        tries: torch.Tensor,
        object_now: torch.Tensor,
        object_then: torch.Tensor,
        eef_now: torch.Tensor | None,
        eef_then: torch.Tensor | None,
        preference: torch.Tensor | None,
    ) -> torch.Tensor:
        """Return which source demonstration each row follows now: (K,) int64."""
        plan = self._plan
        chosen = selection.select(
            plan.strategy[eef, subtask],
            plan.nn_k[eef, subtask],
            plan.pos_weight[eef, subtask],
            plan.rot_weight[eef, subtask],
            object_now,
            object_then,
            eef_now,
            eef_then,
            self._draws[rows, eef * plan.max_subtasks + subtask],
            skip=tries,
            preference=preference,
        )
        if self._selects_for_itself:
            return chosen
        keeps, kept = self._kept_source(rows, eef, subtask)
        return torch.where(keeps, kept, chosen)

    def _kept_source(self, rows: torch.Tensor, eef: int, subtask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return which rows keep a source chosen before, and that source.

        Arms that do not select for themselves share a source. Upstream then never selects again within an attempt,
        whatever is asked for per subtask; by default each subtask is selected for, and only subtasks of the same index
        share.
        """
        own = self.sources[rows, eef, (subtask - 1).clamp_min(0)]
        goes_on = (subtask > 0) & (not self._selects_per_subtask)
        if self._selects_per_arm:
            return goes_on, own
        if self._settings.exact_upstream:
            # What any arm chose last; all arms hold the same one.
            earliest = self.sources[rows].flatten(1).amax(dim=1)
            return earliest >= 0, earliest
        shared = self.sources[rows, :, subtask]
        # What it chose itself before its wait ended is no reason to choose the same again.
        shared = torch.where(self._eefs == eef, -1, shared).amax(dim=1)
        return goes_on | (shared >= 0), torch.where(shared >= 0, shared, own)
