# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Who waits for whom, in all environments at once."""

import isaaclab.utils.math as math_utils
import torch

from ... import randomness
from ..config import GenerationConfig
from ..tables import COORDINATED, LATTER, REPLAY, TRANSLATE

_PATIENCE = 3
"""Steps in which no end effector moves before it counts as a deadlock. What one does reaches the others in a step."""


class Constraints:
    """The constraints between end effectors, and where they stand in every environment.

    In upstream mode end effectors are asked one after the other, as upstream does: coordinated ones may then begin to
    move together a step or two apart, and upstream's own check may stop them for that. By default they begin in the
    same step.

    Args:
        config: How to generate.
        num_envs: Number of environments.
        device: Device of the tensors.
    """

    def __init__(self, config: GenerationConfig, num_envs: int, device: torch.device):
        table, names = config.constraints, config.subtasks.eef_names
        n, (e, s) = num_envs, table.kind.shape
        self._table = table
        # Upstream asks by name.
        self._order = sorted(range(e), key=lambda eef: names[eef])
        self._one_after_the_other = config.settings.exact_upstream
        self._rows = torch.arange(n, device=device)
        self.fulfilled = torch.zeros(n, e, s, dtype=torch.bool, device=device)
        """Whether what a subtask waits for has happened."""
        self.sync_steps = torch.zeros(n, e, s, dtype=torch.long, device=device)
        """Steps at the end of a coordinated trajectory that run in step with the partner's trajectory."""
        self.pair_source = torch.full((n, max(table.num_pairs, 1)), -1, dtype=torch.long, device=device)
        """Source of a coordination, -1 before the first of its two subtasks begins."""
        self.pair_motion = torch.eye(4, device=device).repeat(n, max(table.num_pairs, 1), 1, 1)
        """Rigid motion of both segments of a coordination."""
        self.waited = torch.zeros(n, e, dtype=torch.bool, device=device)
        """Whether an end effector is waiting at the start of its subtask."""
        self._stuck = torch.zeros(n, dtype=torch.long, device=device)

    @property
    def fields(self) -> list[torch.Tensor]:
        """Tensors that a snapshot keeps; all are changed in place."""
        return [self.fulfilled, self.sync_steps, self.pair_source, self.pair_motion, self.waited, self._stuck]

    def begin(self, env_ids: torch.Tensor) -> None:
        """Start new attempts in environments (K,)."""
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
        """Move the cursors of end effectors that have to wait one step back. Call it before waypoints are taken.

        Args:
            cursor: (num_envs, num_eefs) int64, changed in place.
            subtask: (num_envs, num_eefs).
            length: (num_envs, num_eefs) waypoints of the current trajectories.
            arm_done: (num_envs, num_eefs) bool.
            once_more: Hold an end effector back for one more step when its wait at the start of a subtask is over.
            planned: (num_envs, num_eefs) length of the planned path that each trajectory begins with; None without a
                planner. Coordinated end effectors wait for each other at the ends of these paths.

        Returns:
            (num_envs, num_eefs) bool: end effectors whose wait at the start of a subtask has just ended.
        """
        table, rows = self._table, self._rows
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

            diff = table.min_time_diff[eef, sub]
            latter = active & (table.kind[eef, sub] == LATTER)
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
        """Tell the partners of coordinated subtasks that an end effector has reached the part that both make in step.

        Returns:
            Whether it has to wait at its start because its partner has not begun yet, and whether it has reached the
            common part: (num_envs,) bool each.
        """
        table, rows = self._table, self._rows
        sub = subtask[:, eef]
        coordinated = ~arm_done[:, eef] & (table.kind[eef, sub] == COORDINATED)
        partner, partner_sub = table.partner_eef[eef, sub], table.partner_subtask[eef, sub]
        not_begun = subtask[rows, partner] < partner_sub
        if planned is not None:
            not_begun |= (subtask[rows, partner] == partner_sub) & (cursor[rows, partner] < planned[rows, partner])
            not_begun &= cursor[:, eef] >= planned[:, eef]
        early = coordinated & table.synchronize_start[eef, sub] & not_begun
        reached = coordinated & ~early & (length[:, eef] - cursor[:, eef] <= self.sync_steps[rows, eef, sub])
        self.fulfilled[rows, partner, partner_sub] |= reached
        return early, reached

    def complete(self, ended: torch.Tensor, subtask: torch.Tensor) -> None:
        """Release the subtasks that waited for others which ended in this step.

        Args:
            ended: (num_envs, num_eefs) bool: whose subtask ended.
            subtask: (num_envs, num_eefs) which one.
        """
        for eef in self._order:
            unlocked = self._table.unlocks[eef, subtask[:, eef]]
            self.fulfilled |= unlocked & ended[:, eef, None, None]

    @property
    def deadlocked(self) -> torch.Tensor:
        """(num_envs,) bool: all end effectors wait, and none of them can ever go on."""
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
        """Agree on one source and one motion with the partner, in the rows whose subtask is coordinated.

        The first of the two to begin decides; the other one takes over what was decided.

        Args:
            rows: (K,) environments.
            eef: The end effector that begins a subtask.
            subtask: (K,) its subtasks.
            chosen: (K,) the source that it would select by itself.
            object_now: (K, 4, 4) its reference object.
            object_then: (K, D, 4, 4) that object at the start of each source's segment.
            bounds: (K, D, E, S, 2) segments of the attempts.
            stream: (K,) random streams for the motion's noise.

        Returns:
            Whether the subtask is coordinated (K,) bool, its source (K,), and the motion of its segment (K, 4, 4),
            which means something in coordinated rows only.
        """
        table = self._table
        coordinated = table.kind[eef, subtask] == COORDINATED
        pair = table.pair[eef, subtask].clamp_min(0)
        agreed = self.pair_source[rows, pair]
        source = torch.where(coordinated & (agreed >= 0), agreed, chosen)
        index = torch.arange(len(rows), device=rows.device)
        motion = self._motion(eef, subtask, object_now, object_then[index, source], stream)
        motion = torch.where((agreed >= 0)[:, None, None], self.pair_motion[rows, pair], motion)
        partner, partner_sub = table.partner_eef[eef, subtask], table.partner_subtask[eef, subtask]
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
        """Return the rigid motion that a coordination's scheme asks for, with its noise: (K, 4, 4)."""
        table = self._table
        scheme = table.scheme[eef, subtask][:, None, None]
        still = torch.eye(4, device=now.device).expand_as(now)
        shift = still.clone()
        shift[:, :3, 3] = now[:, :3, 3] - then[:, :3, 3]
        motion = torch.where(scheme == TRANSLATE, shift, now @ math_utils.pose_inv(then))
        motion = torch.where(scheme == REPLAY, still, motion)
        draw = 2.0 * randomness.uniform(stream, eef * table.kind.shape[1] + subtask, 6) - 1.0
        motion[:, :3, 3] += table.pos_noise[eef, subtask][:, None] * draw[:, :3]
        rotvec = table.rot_noise[eef, subtask][:, None] * draw[:, 3:]
        angle = rotvec.norm(dim=-1)
        axis = rotvec / angle.clamp_min(1e-9)[:, None]
        turn = math_utils.matrix_from_quat(math_utils.quat_from_angle_axis(angle, axis))
        motion[:, :3, :3] = turn @ motion[:, :3, :3]
        return motion
