# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What every end effector follows: waypoints in padded buffers, rebuilt where a subtask begins.

The steps are those of isaaclab_mimic.datagen.data_generator (Isaac Lab 3.0.0), after MimicGen (Mandlekar et al.,
CoRL 2023): select a source segment, transform it rigidly with its reference object, lead to it by interpolation.
"""

import math

import torch

from ..columns import side_by_side
from ..config import GenerationConfig
from ..contract import MimicEnv
from ..coordination.constraints import Constraints
from ..planning import Query, Transition, TransitionPlanner
from ..sources.bank import SourceBank, longest_trajectory
from ..sources.held_objects import offset_in_hand
from ..sources.selector import Beginning, Choice, SourceSelector
from ..sources.statistics import SourceStatistics
from .compose import compose, prepend
from .grasp import correct_grasp
from .noise import noise_schedule
from .object_size import grown, size_shift
from .transform import transform

_FAR, _FAR_TURNED = 0.1, 0.8
"""[m], [rad] An end effector this far from its target does not merely lag behind it: it cannot get there."""


class TrajectoryBuffer:
    """One trajectory per environment and end effector: that of its current subtask.

    Args:
        env: The environments.
        config: How to generate.
        bank: The source demonstrations.
        constraints: The constraints between end effectors; None if there are none.
        statistics: What this run has learned of the sources; None if it does not learn.
        planner: Plans the paths to the segments; None: interpolation alone leads there.
    """

    def __init__(
        self,
        env: MimicEnv,
        config: GenerationConfig,
        bank: SourceBank,
        constraints: Constraints | None = None,
        statistics: SourceStatistics | None = None,
        planner: TransitionPlanner | None = None,
    ):
        subtasks, device = config.subtasks, env.device
        n, (e, s) = env.num_envs, subtasks.object_index.shape
        self._config, self._bank, self._planner = config, bank, planner
        self._segment_width = longest_trajectory(bank, subtasks)
        width = self._segment_width + (planner.max_waypoints if planner else 0)
        self._first_waypoint = torch.arange(n * e, device=device).reshape(n, e) * width
        # What each subtask asks for, so that one operation looks it up.
        integers = (subtasks.object_index, bank.held, subtasks.num_interpolation, subtasks.num_fixed)
        self._integers = torch.stack(integers, dim=-1)
        self._noises = torch.stack([subtasks.noise, subtasks.noise * subtasks.noise_in_interpolation], dim=-1)
        # What goes with each recorded pose: the gripper's action and a factor on the noise.
        fades = config.settings.fade_noise
        schedule = noise_schedule(bank.gripper) if fades else bank.gripper.new_ones(bank.gripper.shape[:3])
        self._controls = torch.cat([bank.gripper, schedule.unsqueeze(-1)], dim=-1)
        # A waypoint is one row of pose, gripper action and noise, so that one operation writes or reads it.
        self._waypoints = torch.zeros(n, e, width, 16 + env.gripper_dim + 1, device=device)
        self.poses = self._waypoints[..., :16].unflatten(-1, (4, 4))
        """Target poses: (num_envs, num_eefs, width, 4, 4), environment frame [m]."""
        self.poses.copy_(torch.eye(4, device=device))
        self._block, columns = side_by_side(n, ((e,), (e, s), (e, s)), torch.long, device)
        self.length, sources, nearness = columns
        """Number of waypoints of each trajectory: (num_envs, num_eefs) int64."""
        self.length.fill_(1)
        sources.fill_(-1)
        self.selector = SourceSelector(env, config, bank, constraints, statistics, sources, nearness)
        """Says which source segments the trajectories are made of."""
        self.planned_length = torch.zeros_like(self.length)
        """Number of waypoints of the planned path that each trajectory begins with: (num_envs, num_eefs) int64."""
        self.no_path = torch.zeros(n, e, dtype=torch.bool, device=device)
        """Whether the planner found no path to the segment: (num_envs, num_eefs) bool."""

    @property
    def fields(self) -> list[torch.Tensor]:
        """Tensors that a snapshot keeps; all are changed in place."""
        fields = [self._waypoints, self._block]
        return fields + ([self.planned_length, self.no_path] if self._planner else [])

    def begin(self, env_ids: torch.Tensor, attempts: torch.Tensor) -> None:
        """Start new attempts: (K,) environments and the attempts' numbers."""
        self.selector.begin(env_ids, attempts)

    def waypoint(self, cursor: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return the waypoints at (num_envs, num_eefs) cursors. Past its end a trajectory stays at its last waypoint.

        Returns:
            Poses (num_envs, num_eefs, 4, 4), gripper actions (num_envs, num_eefs, G), noise (num_envs, num_eefs).
        """
        which = cursor.minimum(self.length - 1) + self._first_waypoint
        waypoint = self._waypoints.flatten(0, 2).index_select(0, which.flatten()).unflatten(0, cursor.shape)
        return waypoint[..., :16].unflatten(-1, (4, 4)), waypoint[..., 16:-1], waypoint[..., -1]

    def far_from_end(self, rows: torch.Tensor, eefs: torch.Tensor, eef_pose: torch.Tensor) -> torch.Tensor:
        """Return which end effectors are too far from their last waypoint to be on their way there.

        Args:
            rows: (K,) environments.
            eefs: (K,) one end effector of each.
            eef_pose: (K, 4, 4) its pose now, environment frame [m].

        Returns:
            (K,) bool.
        """
        target = self.poses[rows, eefs, self.length[rows, eefs] - 1]
        apart = (target[..., :3, 3] - eef_pose[..., :3, 3]).norm(dim=-1) > _FAR
        # The trace of the rotation between them is 1 + 2 cos(angle).
        return apart | ((target[..., :3, :3] * eef_pose[..., :3, :3]).sum(dim=(-2, -1)) < 1 + 2 * math.cos(_FAR_TURNED))

    def build(
        self, beginning: Beginning, cursor: torch.Tensor, eef_now: torch.Tensor, object_now: torch.Tensor
    ) -> None:
        """Build new trajectories where one end effector begins a subtask.

        Args:
            beginning: Who begins which subtasks.
            cursor: (K,) steps made on the trajectories that it followed so far.
            eef_now: (num_envs, num_eefs, 4, 4) [m].
            object_now: (num_envs, num_objects, 4, 4) [m].
        """
        config, rows, eef, subtask = self._config, beginning.rows, beginning.eef, beginning.subtask
        reference, held, num_interpolation, num_fixed = self._integers[eef, subtask].unbind(-1)
        noise, noise_before = self._noises[eef, subtask].unbind(-1)
        item = reference.clamp_min(0)
        here, eef_here = object_now[rows, item], eef_now[rows, eef]
        choice = self.selector.choose(beginning, item, here, eef_here)
        with_first_pose = (subtask == 0) | config.transform_first_robot_pose
        poses, controls = self._cut(choice, eef, with_first_pose)
        controls[..., -1] *= noise[:, None]
        noise_before = noise_before * self._controls[choice.source, eef, choice.begin, -1]
        motion = self._motion(choice, item, reference >= 0, here)
        poses = transform(motion, poses)
        if config.settings.fit_sizes and self._bank.sizes_differ:
            self._fit_sizes(poses, motion, choice, eef, reference, held)
        if config.settings.correct_grasp and self._bank.any_held:
            self._correct_grasp(poses, rows, choice, eef, held, eef_here, object_now)
        start = self._start(rows, eef, subtask, cursor, eef_here)
        path = None
        if self._planner is not None:
            path = self._planner.plan(Query(rows, eef, start, poses[:, 0], object_now[rows], reference, held))
            start = _end(path, start)
        length = choice.end - choice.begin + with_first_pose.long()
        most, exact = config.subtasks.max_interpolation, config.settings.exact_upstream
        composed = compose(poses, controls, length, start, num_interpolation, num_fixed, noise_before, most, exact)
        if path is not None:
            composed = prepend(path.poses, path.length, noise_before, composed)
            self.planned_length[rows, eef], self.no_path[rows, eef] = path.length, ~path.found
        poses, controls, self.length[rows, eef] = composed
        self._waypoints[rows, eef] = torch.cat([poses.flatten(-2), controls], dim=-1)

    def _cut(self, choice: Choice, eef: int, with_first_pose: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Cut the chosen segments out of the sources.

        Args:
            choice: The segments of K rows.
            eef: Index of the end effector.
            with_first_pose: (K,) bool: whether the source end effector's actual pose comes first.

        Returns:
            Target poses (K, P, 4, 4) [m] in the sources' environment frames, and what goes with them (K, P, G + 1).
        """
        bank, source, begin = self._bank, choice.source[:, None], choice.begin[:, None]
        step = torch.arange(self._segment_width, device=begin.device)[None] - with_first_pose[:, None].long()
        step = (begin + step.clamp_min(0)).clamp_max(bank.target_pose.shape[2] - 1)
        poses, controls = bank.target_pose[source, eef, step], self._controls[source, eef, step]
        actual = bank.eef_pose[choice.source, eef, choice.begin]
        poses[:, 0] = torch.where(with_first_pose[:, None, None], actual, poses[:, 0])
        return poses, controls

    def _motion(
        self, choice: Choice, item: torch.Tensor, has_object: torch.Tensor, object_now: torch.Tensor
    ) -> torch.Tensor:
        """Return the rigid motion of each row's reference object since its source: (K, 4, 4)."""
        motion = object_now @ self._bank.object_inverse[choice.source, item, choice.begin]
        if not self._config.subtasks.all_have_objects:
            motion = torch.where(has_object[:, None, None], motion, torch.eye(4, device=motion.device))
        if choice.coordinated is not None and choice.motion is not None:
            motion = torch.where(choice.coordinated[:, None, None], choice.motion, motion)
        return motion

    def _fit_sizes(
        self,
        poses: torch.Tensor,
        motion: torch.Tensor,
        choice: Choice,
        eef: int,
        reference: torch.Tensor,
        held: torch.Tensor,
    ) -> None:
        """Shift target poses, in place, where the reference object or the carried one has another size than its source.

        Args:
            poses: (K, P, 4, 4) transformed target poses.
            motion: (K, 4, 4) what they were transformed by.
            choice: The segments.
            eef: Index of the end effector.
            reference: (K,) reference object, -1 for none.
            held: (K,) object that is carried, -1 for none.
        """
        bank, source, begin = self._bank, choice.source, choice.begin
        item, carried, carries = reference.clamp_min(0), held.clamp_min(0), held >= 0
        frame = motion @ bank.object_pose[source, item, begin]
        # Of what is carried the origin, else of the end effector; how it is turned in the end where it may touch.
        offset = torch.where(carries[:, None], bank.in_hand[source, eef, carried, begin], 0.0)
        points = poses[..., :3, 3] + (poses[..., :3, :3] * offset[:, None, None]).sum(dim=-1)
        turned = bank.object_inverse[source, item, choice.end - 1] @ bank.object_pose[source, carried, choice.end - 1]
        boxes = []
        for box, carried_box in (
            (bank.source_box[source, item], bank.source_box[source, carried]),
            (bank.target_box[item], bank.target_box[carried]),
        ):
            carried_box = torch.where(carries[:, None, None], carried_box, 0.0)
            boxes.append(grown(box, carried_box, turned[..., :3, :3]))
        rotation = frame[:, None, :3, :3]
        local = ((points - frame[:, None, :3, 3])[..., None, :] @ rotation)[..., 0, :]
        shift = (rotation @ size_shift(local, *boxes)[..., None])[..., 0]
        poses[..., :3, 3] += torch.where((reference >= 0)[:, None, None], shift, 0.0)

    def _correct_grasp(
        self,
        poses: torch.Tensor,
        rows: torch.Tensor,
        choice: Choice,
        eef: int,
        held: torch.Tensor,
        eef_now: torch.Tensor,
        object_now: torch.Tensor,
    ) -> None:
        """Shift target poses, in place, where the end effector carries an object: `held` (K,), -1 for none."""
        if choice.coordinated is not None:
            # Coordinated end effectors keep their places relative to each other.
            held = torch.where(choice.coordinated, -1, held)
        carries, held = (held >= 0)[:, None], held.clamp_min(0)
        source = self._bank.in_hand[choice.source, eef, held, choice.begin]
        # Where nothing is held, there is no difference.
        now = torch.where(carries, offset_in_hand(eef_now, object_now[rows, held]), source)
        correct_grasp(poses, source, now)

    def _start(
        self, rows: torch.Tensor, eef: int, subtask: torch.Tensor, cursor: torch.Tensor, eef_now: torch.Tensor
    ) -> torch.Tensor:
        """Return the pose that the interpolation to the segment starts from: (K, 4, 4)."""
        if not self._config.interpolate_from_last_target_pose:
            return eef_now
        last = self.poses[rows, eef, (cursor - 1).clamp_min(0).minimum(self.length[rows, eef] - 1)]
        return torch.where((subtask > 0)[:, None, None], last, eef_now)


def _end(path: Transition, start: torch.Tensor) -> torch.Tensor:
    """Return the last poses of planned paths: (K, 4, 4); `start` (K, 4, 4) where a path is empty."""
    last = path.poses[torch.arange(len(start), device=start.device), (path.length - 1).clamp_min(0)]
    return torch.where((path.length > 0)[:, None, None], last, start)
