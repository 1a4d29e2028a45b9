# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Who waits for whom, in all environments at once."""

from dataclasses import dataclass

import isaaclab.utils.math as math_utils
import torch

from ... import randomness
from ..config import GenerationConfig
from ..tables import COORDINATED, LATTER, REPLAY, TRANSLATE

_PATIENCE = 3
"""Steps in which no end effector moves before it counts as a deadlock. What one does reaches the others in a step."""


@dataclass(frozen=True)
class Positions:
    """Where every end effector is in the trajectory of its subtask: (num_envs, num_eefs) each."""

    cursor: torch.Tensor
    """int64: the waypoint that is taken next."""
    subtask: torch.Tensor
    """int64."""
    length: torch.Tensor
    """int64: waypoints of the trajectory."""
    arm_done: torch.Tensor
    """bool: whether the last subtask has ended."""
    planned: torch.Tensor | None
    """int64: waypoints of the planned path that the trajectory begins with; None without a planner."""


class Constraints:
    """The constraints between end effectors, and their state in every environment.

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

    def hold_back(self, at: Positions, once_more: bool) -> torch.Tensor:
        """Move the cursors of end effectors that have to wait one step back. Call it before waypoints are taken.

        An end effector waits in three cases:

        - LATTER: at the start of its subtask, or `min_time_diff` steps before its end, until the former has ended.
        - COORDINATED, at the start of its subtask: until its partner begins, too, if they are to begin together.
        - COORDINATED, where the part begins that both make in step: until its partner is there, too.

        Args:
            at: Where the end effectors are; the cursors are changed in place.
            once_more: Hold an end effector back for one more step when its wait at the start of a subtask is over.

        Returns:
            (num_envs, num_eefs) bool: end effectors whose wait at the start of a subtask has just ended.
        """
        released, held = torch.zeros_like(at.arm_done), torch.zeros_like(at.arm_done)
        if not self._one_after_the_other:
            # All of them tell first, so that both of a pair go on in the same step.
            for eef in self._order:
                self._meet(eef, at)
        for eef in self._order:
            held[:, eef], released[:, eef] = self._hold_back_one(eef, at, once_more)
        idle = (held | at.arm_done).all(dim=1) & held.any(dim=1)
        self._stuck += 1
        self._stuck *= idle
        return released

    def _hold_back_one(self, eef: int, at: Positions, once_more: bool) -> tuple[torch.Tensor, torch.Tensor]:
        """Hold back one end effector where it has to wait.

        Returns:
            Whether it waits, and whether its wait at the start of a subtask has just ended: (num_envs,) bool each.
        """
        table = self._table
        cursor, subtask = at.cursor[:, eef], at.subtask[:, eef]
        # Upstream looks whether it may go on before it tells its partner that it has come.
        fulfilled = self.fulfilled[self._rows, eef, subtask]
        alone_at_start, in_step = self._meet(eef, at)

        latter = ~at.arm_done[:, eef] & (table.kind[eef, subtask] == LATTER)
        min_time_diff = table.min_time_diff[eef, subtask]
        from_start = min_time_diff == -1
        for_former = latter & ~fulfilled & (from_start | (at.length[:, eef] - cursor <= min_time_diff))
        released = latter & fulfilled & self.waited[:, eef]
        self.waited[:, eef] = for_former & from_start

        waits = for_former | (in_step & ~fulfilled)
        one_back = torch.where(waits | (released & once_more), (cursor - 1).clamp_min(0), cursor)
        start = 0 if at.planned is None else at.planned[:, eef]
        at.cursor[:, eef] = torch.where(alone_at_start, start, one_back)
        return alone_at_start | waits, released

    def _meet(self, eef: int, at: Positions) -> tuple[torch.Tensor, torch.Tensor]:
        """Tell the partners of coordinated subtasks that an end effector has reached the part that both make in step.

        Returns:
            Whether it has to wait at its start because its partner has not begun yet, and whether it has reached the
            common part: (num_envs,) bool each.
        """
        table, rows = self._table, self._rows
        cursor, subtask = at.cursor[:, eef], at.subtask[:, eef]
        coordinated = ~at.arm_done[:, eef] & (table.kind[eef, subtask] == COORDINATED)
        partner, partner_sub = table.partner_eef[eef, subtask], table.partner_subtask[eef, subtask]
        not_begun = at.subtask[rows, partner] < partner_sub
        if at.planned is not None:
            # A planned path is everybody's own: the subtask begins at its end.
            on_path = at.cursor[rows, partner] < at.planned[rows, partner]
            not_begun |= (at.subtask[rows, partner] == partner_sub) & on_path
            not_begun &= cursor >= at.planned[:, eef]
        alone_at_start = coordinated & table.synchronize_start[eef, subtask] & not_begun
        in_step = at.length[:, eef] - cursor <= self.sync_steps[rows, eef, subtask]
        reached = coordinated & ~alone_at_start & in_step
        self.fulfilled[rows, partner, partner_sub] |= reached
        return alone_at_start, reached

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

        The first of the two to begin decides; the other one uses the same.

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
