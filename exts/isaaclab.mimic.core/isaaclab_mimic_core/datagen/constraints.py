# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Who waits for whom, in all environments at once."""

import isaaclab.utils.math as math_utils
import torch

from .. import randomness
from .constraint_plan import COORDINATED, LATTER, REPLAY, TRANSLATE, ConstraintPlan

_PATIENCE = 3
"""Nobody moving for so many steps is a deadlock: flags that one end effector sets reach the others within one step."""


class Constraints:
    """Runtime state of a task's constraints.

    Args:
        plan: The constraints.
        num_envs: Number of environments.
        order: End effectors in the order in which they are asked each step; upstream asks by name.
        device: Where the tensors live.
        exact_upstream: Ask one after the other, as upstream does: coordinated end effectors may then start to move
            together a step or two apart, and upstream's own check may stop it for that. By default they start in the
            same step.
    """

    def __init__(
        self, plan: ConstraintPlan, num_envs: int, order: list[int], device: torch.device, exact_upstream: bool
    ):
        n, (e, s) = num_envs, plan.kind.shape
        self.plan = plan
        self._order = order
        self._one_after_the_other = exact_upstream
        self._rows = torch.arange(n, device=device)
        self.fulfilled = torch.zeros(n, e, s, dtype=torch.bool, device=device)
        self.sync_steps = torch.zeros(n, e, s, dtype=torch.long, device=device)
        """Steps at the end of a coordinated trajectory that run in step with the partner's."""
        self.pair_source = torch.full((n, max(plan.num_pairs, 1)), -1, dtype=torch.long, device=device)
        """Source that a coordination uses, -1 before the first of the two begins."""
        self.pair_motion = torch.eye(4, device=device).repeat(n, max(plan.num_pairs, 1), 1, 1)
        """Rigid motion that both segments are moved by."""
        self.waited = torch.zeros(n, e, dtype=torch.bool, device=device)
        """Whether an end effector has been waiting at the start of its subtask."""
        self._stuck = torch.zeros(n, dtype=torch.long, device=device)

    @property
    def fields(self) -> list[torch.Tensor]:
        """Tensors that say where the constraints of an attempt stand; all changed in place."""
        return [self.fulfilled, self.sync_steps, self.pair_source, self.pair_motion, self.waited, self._stuck]

    def begin(self, env_ids: torch.Tensor) -> None:
        """Forget earlier attempts of some environments."""
        self.fulfilled[env_ids] = False
        self.pair_source[env_ids] = -1
        self.waited[env_ids] = False
        self._stuck[env_ids] = 0

    def hold_back(
        self,
        cursor: torch.Tensor,
        subtask: torch.Tensor,
        length: torch.Tensor,
        arm_done: torch.Tensor,
        once_more: bool,
        planned: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Move the cursors of end effectors that have to wait back by a step, before waypoints are taken.

        Args:
            cursor: (num_envs, num_eefs) int64, changed in place.
            subtask: (num_envs, num_eefs).
            length: (num_envs, num_eefs) waypoints of the current trajectories.
            arm_done: (num_envs, num_eefs) bool.
            once_more: Hold an end effector back for one more step when its wait at the start of a subtask is over.
            planned: (num_envs, num_eefs) waypoints of planned ways at the trajectories' beginnings. Who waits for a
                coordinated partner to begin does so at the end of its way, and the partner has begun at the end of its.

        Returns:
            (num_envs, num_eefs) bool: whose wait at the start of a subtask is over now.
        """
        plan, rows = self.plan, self._rows
        released = torch.zeros_like(arm_done)
        held = torch.zeros_like(arm_done)
        if not self._one_after_the_other:
            for eef in self._order:
                self._meet(eef, cursor, subtask, length, arm_done, planned)
        for eef in self._order:
            sub, at = subtask[:, eef], cursor[:, eef]
            active = ~arm_done[:, eef]
            # Upstream looks whether it may go on before it tells its partner that it has come.
            fulfilled = self.fulfilled[rows, eef, sub]
            early, reached = self._meet(eef, cursor, subtask, length, arm_done, planned)

            diff = plan.min_time_diff[eef, sub]
            latter = active & (plan.kind[eef, sub] == LATTER)
            waits = latter & ~fulfilled & ((diff == -1) | (length[:, eef] - at <= diff))
            released[:, eef] = latter & fulfilled & self.waited[:, eef]
            self.waited[:, eef] = waits & (diff == -1)
            waits |= reached & ~fulfilled

            held[:, eef] = early | waits
            stays = waits | (released[:, eef] & once_more)
            begin = 0 if planned is None else planned[:, eef]
            cursor[:, eef] = torch.where(early, begin, torch.where(stays, (at - 1).clamp_min(0), at))
        idle = (held | arm_done).all(dim=1) & held.any(dim=1)
        self._stuck += 1
        self._stuck *= idle
        return released

    def _meet(
        self,
        eef: int,
        cursor: torch.Tensor,
        subtask: torch.Tensor,
        length: torch.Tensor,
        arm_done: torch.Tensor,
        planned: torch.Tensor | None,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Tell the partners of coordinated subtasks that an end effector has come to where both move together.

        Returns:
            Who came before its partner has begun and waits at its start (num_envs,), and who has come (num_envs,).
        """
        plan, rows = self.plan, self._rows
        sub = subtask[:, eef]
        coordinated = ~arm_done[:, eef] & (plan.kind[eef, sub] == COORDINATED)
        partner, partner_sub = plan.partner_eef[eef, sub], plan.partner_subtask[eef, sub]
        not_begun = subtask[rows, partner] < partner_sub
        if planned is not None:
            not_begun |= (subtask[rows, partner] == partner_sub) & (cursor[rows, partner] < planned[rows, partner])
            not_begun &= cursor[:, eef] >= planned[:, eef]
        early = coordinated & plan.synchronize_start[eef, sub] & not_begun
        reached = coordinated & ~early & (length[:, eef] - cursor[:, eef] <= self.sync_steps[rows, eef, sub])
        self.fulfilled[rows, partner, partner_sub] |= reached
        return early, reached

    def complete(self, ended: torch.Tensor, subtask: torch.Tensor) -> None:
        """Let go whoever waited for a subtask that has ended: both (num_envs, num_eefs)."""
        for eef in self._order:
            unlocked = self.plan.unlocks[eef, subtask[:, eef]]
            self.fulfilled |= unlocked & ended[:, eef, None, None]

    @property
    def deadlocked(self) -> torch.Tensor:
        """(num_envs,) bool: nobody can ever go on."""
        return self._stuck >= _PATIENCE

    def coordinate(
        self,
        rows: torch.Tensor,
        eef: int,
        subtask: torch.Tensor,
        chosen: torch.Tensor,
        object_now: torch.Tensor,
        object_then: torch.Tensor,
        bounds: torch.Tensor,
        stream: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Agree with the partner on source and motion where a coordinated subtask begins.

        Args:
            rows: (K,) environments.
            eef: Which end effector begins.
            subtask: (K,) its subtasks.
            chosen: (K,) the source it would choose.
            object_now: (K, 4, 4) its reference object.
            object_then: (K, D, 4, 4) the same at each source segment's start.
            bounds: (K, D, E, S, 2) segments of the attempts.
            stream: (K,) random numbers for the motion's noise.

        Returns:
            Whether the subtask is coordinated (K,), its source (K,), and the motion (K, 4, 4) if it is.
        """
        plan = self.plan
        coordinated = plan.kind[eef, subtask] == COORDINATED
        pair = plan.pair[eef, subtask].clamp_min(0)
        agreed = self.pair_source[rows, pair]
        source = torch.where(coordinated & (agreed >= 0), agreed, chosen)
        index = torch.arange(len(rows), device=rows.device)
        motion = self._motion(eef, subtask, object_now, object_then[index, source], stream)
        motion = torch.where((agreed >= 0)[:, None, None], self.pair_motion[rows, pair], motion)
        partner, partner_sub = plan.partner_eef[eef, subtask], plan.partner_subtask[eef, subtask]
        own = bounds[index, source, eef, subtask]
        other = bounds[index, source, partner, partner_sub]
        sync = (own[:, 1] - own[:, 0]).minimum(other[:, 1] - other[:, 0])
        mine = rows[coordinated]
        self.pair_source[mine, pair[coordinated]] = source[coordinated]
        self.pair_motion[mine, pair[coordinated]] = motion[coordinated]
        self.sync_steps[mine, eef, subtask[coordinated]] = sync[coordinated]
        return coordinated, source, motion

    def _motion(
        self, eef: int, subtask: torch.Tensor, now: torch.Tensor, then: torch.Tensor, stream: torch.Tensor
    ) -> torch.Tensor:
        """Return the rigid motion a coordination's scheme asks for, with its noise: (K, 4, 4)."""
        plan = self.plan
        scheme = plan.scheme[eef, subtask][:, None, None]
        still = torch.eye(4, device=now.device).expand_as(now)
        shift = still.clone()
        shift[:, :3, 3] = now[:, :3, 3] - then[:, :3, 3]
        motion = torch.where(scheme == TRANSLATE, shift, now @ math_utils.pose_inv(then))
        motion = torch.where(scheme == REPLAY, still, motion)
        draw = 2.0 * randomness.uniform(stream, eef * plan.kind.shape[1] + subtask, 6) - 1.0
        motion[:, :3, 3] += plan.pos_noise[eef, subtask][:, None] * draw[:, :3]
        rotvec = plan.rot_noise[eef, subtask][:, None] * draw[:, 3:]
        angle = rotvec.norm(dim=-1)
        axis = rotvec / angle.clamp_min(1e-9)[:, None]
        turn = math_utils.matrix_from_quat(math_utils.quat_from_angle_axis(angle, axis))
        motion[:, :3, :3] = turn @ motion[:, :3, :3]
        return motion
