# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The generator: says at every step what each environment does next. Tensors only, whatever their number.

Where every end effector stands is an integer; what it follows is a row of a padded buffer of waypoints. One step is a
fixed number of tensor operations: gather waypoints, turn them into actions, and, after the environments were stepped,
advance and rebuild the rows that begin a subtask.
"""

from collections import Counter
from typing import cast

import numpy as np
import torch

from .. import randomness
from ..errors import ConfigError
from . import selection, trajectory
from .checkpoints import Checkpoints
from .contract import MimicEnv, RestorableEnv
from .held_objects import offset_in_hand, shift_for_grasp
from .outcome import Outcome, explain, explain_subtask
from .plan import SubtaskPlan, make_plan
from .settings import Settings
from .source_bank import SourceBank, draw_bounds, longest_trajectory
from .watch import Watch


class Generator:
    """Moves the end effectors of a batch of environments along transformed source segments.

    Use: `begin` for freshly reset environments; then `action`, step the environments, `observe`, and again.

    Args:
        env: The environments.
        plan: Their Mimic configuration.
        bank: The source demonstrations.
        seed: Seed of every choice and of the noise; together with an attempt's number it decides them all.
        settings: Which rules to follow.
    """

    def __init__(self, env: MimicEnv, plan: SubtaskPlan, bank: SourceBank, seed: int, settings: Settings):
        config = env.cfg.datagen_config
        if getattr(config, "use_navigation_controller", False):
            raise ConfigError(
                "navigation controllers are not supported", where="datagen_config.use_navigation_controller"
            )
        if getattr(config, "use_skillgen", False):
            raise ConfigError("planned transitions are not supported yet", where="datagen_config.use_skillgen")
        if env.cfg.task_constraint_configs:
            raise ConfigError("subtask constraints are not supported yet", where="task_constraint_configs")
        self._env, self._plan, self._bank, self._seed, self._settings = env, plan, bank, seed, settings
        self._per_subtask = config.generation_select_src_per_subtask
        self._per_arm = config.generation_select_src_per_arm
        self._with_first_pose = config.generation_transform_first_robot_pose
        self._from_last_target = config.generation_interpolate_from_last_target_pose

        device, n, e, s = env.device, env.num_envs, len(plan.eef_names), plan.max_subtasks
        self._row_column = torch.arange(n, device=device)[:, None]
        self._eefs = torch.arange(e, device=device)
        self._max_interpolation = int(plan.num_interpolation.max())
        self._width = longest_trajectory(bank, plan)
        self._corrects_grasp = settings.correct_grasp and bool((bank.held >= 0).any())

        def whole(*shape: int) -> torch.Tensor:
            return torch.zeros(shape, dtype=torch.long, device=device)

        def flags(*shape: int) -> torch.Tensor:
            return torch.zeros(shape, dtype=torch.bool, device=device)

        # What each end effector follows, and where it stands.
        self._poses = torch.eye(4, device=device).repeat(n, e, self._width, 1, 1)
        self._gripper = torch.zeros(n, e, self._width, env.gripper_dim, device=device)
        self._noise = torch.zeros(n, e, self._width, device=device)
        self._length, self._cursor, self._subtask = torch.ones_like(whole(n, e)), whole(n, e), whole(n, e)
        self._arm_done = flags(n, e)
        self._beginning = np.zeros((n, e), dtype=bool)
        # What is known of the running attempt.
        self._attempt = whole(n) - 1
        self._bounds = bank.bounds.repeat(n, 1, 1, 1, 1)
        self._noise_stream, self._choice_stream, self._ticks = whole(n), whole(n), whole(n)
        self._sources = whole(n, e, s) - 1
        self._signal_at_end, self._signal_ever = flags(n, e, s), flags(n, e, s)
        self._held, self._ever, self._tail = whole(n), flags(n), whole(n)
        self.steps = whole(n)
        """Steps of the running attempts: (num_envs,) int64."""

        self._watch = Watch(env, plan, settings.grace_steps)
        self._latest_slot, self._tries = whole(n), whole(n, e * s)
        self._slot_beginning = np.zeros((n, e * s, e), dtype=bool)
        self._checkpoints: Checkpoints | None = None
        if settings.max_retries > 0:
            fields = [self._poses, self._gripper, self._noise, self._length, self._cursor, self._subtask]
            fields += [self._arm_done, self._sources, self._signal_at_end, self._signal_ever]
            fields += [self._held, self._ever, self._tail, self.steps]
            self._checkpoints = Checkpoints(cast(RestorableEnv, env), e * s, fields)
        self._rewinds: list[tuple[torch.Tensor, torch.Tensor]] = []
        self.retries: Counter[str] = Counter()
        """How often each subtask (`<eef>/<subtask index>`) was tried again, in all attempts."""

    # -- an attempt's life

    def begin(self, env_ids: torch.Tensor, attempts: torch.Tensor) -> None:
        """Start attempts in freshly reset environments.

        Args:
            env_ids: (K,) environments.
            attempts: (K,) numbers of the attempts.
        """
        self._attempt[env_ids] = attempts
        self._noise_stream[env_ids] = randomness.streams(self._seed, "noise", attempts)
        self._choice_stream[env_ids] = randomness.streams(self._seed, "choice", attempts)
        stream = randomness.streams(self._seed, "bounds", attempts)
        self._bounds[env_ids] = draw_bounds(self._bank, self._plan, stream, self._settings.exact_upstream)
        for count in (self._cursor, self._subtask, self._held, self._tail, self.steps, self._ticks, self._tries):
            count[env_ids] = 0
        for flag in (self._arm_done, self._ever, self._signal_at_end, self._signal_ever):
            flag[env_ids] = False
        self._sources[env_ids] = -1
        self._watch.begin(env_ids, self._env.object_pose())
        self._beginning[env_ids.cpu().numpy()] = True

    def action(self) -> torch.Tensor:
        """Return the next action: (num_envs, action_dim)."""
        self._build_trajectories()
        at = self._cursor.minimum(self._length - 1)
        target = self._poses[self._row_column, self._eefs, at]
        gripper = self._gripper[self._row_column, self._eefs, at]
        amplitude = self._noise[self._row_column, self._eefs, at]
        if not self._settings.exact_upstream:
            amplitude = torch.where(self._arm_done, 0.0, amplitude)
        channels = len(self._plan.eef_names) * self._env.pose_action_dim
        # Counted by steps ever made, so that a second try is not disturbed just as the first one was.
        noise = randomness.normal(self._noise_stream, self._ticks, channels)
        noise = amplitude[..., None] * noise.reshape(*amplitude.shape, -1)
        return self._env.target_to_action(target, gripper, noise)

    def observe(self) -> list[Outcome]:
        """Take note of a step that was made; return the attempts that ended with it.

        Environments whose subtask failed may have been put back to where it began: see `take_rewinds`.
        """
        success, objects = self._env.success(), self._env.object_pose()
        self.steps += 1
        self._ticks += 1
        self._cursor += 1
        ended = (self._cursor >= self._length) & ~self._arm_done
        fallen = self._watch.observe(ended, self._subtask, objects)
        here = torch.nn.functional.one_hot(self._subtask, self._plan.max_subtasks).bool()
        self._signal_ever |= self._watch.signals & here
        self._signal_at_end |= self._watch.signals & here & ended.unsqueeze(-1)
        last = self._subtask == self._plan.count - 1
        self._arm_done |= ended & last
        goes_on = ended & ~last
        self._subtask += goes_on
        self._held += 1
        self._held *= success
        self._ever |= success
        complete = self._arm_done.all(dim=1)
        self._tail += 1
        self._tail *= complete

        if self._settings.success == "any":
            won, over = self._ever & complete, complete
        else:
            won = complete & (self._held >= self._settings.success_hold_steps)
            over = won | (self._tail > self._settings.max_tail_steps)
        lost, slot = over & ~won, self._latest_slot
        if self._settings.early_stop:
            failed = self._watch.failed
            failed_eef = (failed >= 0).long().argmax(dim=1, keepdim=True)
            failed_slot = (failed_eef * self._plan.max_subtasks + failed.gather(1, failed_eef))[:, 0]
            has_failed = (failed >= 0).any(dim=1) & ~won
            slot = torch.where(has_failed, failed_slot, slot)
            lost |= has_failed | (fallen & ~won)
        unstable = ~torch.isfinite(objects.sum(dim=(1, 2, 3)))
        running = self._attempt >= 0
        again = self._tries.gather(1, slot[:, None])[:, 0] < self._settings.max_retries
        rewinds = lost & again & ~unstable & running
        finished = (won | unstable | (lost & ~again)) & running

        # The one copy to the host per step: who ends, who goes back, who begins a subtask.
        flags = torch.cat([finished[:, None], rewinds[:, None], goes_on], dim=1).to("cpu", torch.uint8).numpy()
        flags = flags.astype(bool)
        self._beginning |= flags[:, 2:]
        outcomes = []
        if flags[:, 0].any():
            outcomes = self._outcomes(flags[:, 0].nonzero()[0].tolist(), won, unstable, slot, has_slot=lost & ~over)
        if flags[:, 1].any():
            self._rewind(flags[:, 1].nonzero()[0], slot)
        return outcomes

    def take_rewinds(self) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """Return which environments were put back since the last call: (K,) which, (K,) steps their attempts keep."""
        rewinds, self._rewinds = self._rewinds, []
        return rewinds

    def release(self, env_ids: torch.Tensor) -> None:
        """Forget the attempts of some environments; they stand still until `begin`."""
        self._attempt[env_ids] = -1
        self._beginning[env_ids.cpu().numpy()] = False

    def planned(self, env_id: int, eef: int) -> torch.Tensor:
        """Return what is left of an end effector's current trajectory: (steps, 4, 4), environment frame [m]."""
        return self._poses[env_id, eef, int(self._cursor[env_id, eef]) : int(self._length[env_id, eef])]

    @property
    def progress(self) -> torch.Tensor:
        """Subtask each end effector is in: (num_envs, num_eefs) int64."""
        return self._subtask

    # -- trajectories

    def _build_trajectories(self) -> None:
        """Choose, transform and lay out a new trajectory wherever an end effector begins a subtask."""
        if not self._beginning.any():
            return
        self._save_checkpoints()
        eef_now, object_now = self._env.eef_pose(), self._env.object_pose()
        for eef in range(len(self._plan.eef_names)):
            rows = self._beginning[:, eef].nonzero()[0]
            if len(rows):
                self._build(torch.as_tensor(rows, device=self._env.device), eef, eef_now, object_now)
        self._beginning[:] = False

    def _build(self, rows: torch.Tensor, eef: int, eef_now: torch.Tensor, object_now: torch.Tensor) -> None:
        plan, bank = self._plan, self._bank
        subtask = self._subtask[rows, eef]
        which = plan.object_index[eef, subtask]
        has_object = which >= 0
        which = which.clamp_min(0)
        here = object_now[rows, which]
        starts = self._bounds[rows, :, eef, subtask, 0]
        demos = torch.arange(bank.num_demos, device=rows.device)[None]
        then = bank.object_pose[demos, which[:, None], starts]
        source = self._choose(rows, eef, subtask, here, then, eef_now[rows, eef], bank.eef_pose[demos, eef, starts])
        self._sources[rows, eef, subtask] = source

        begin, end = self._bounds[rows, source, eef, subtask].unbind(-1)
        first_pose = (subtask == 0) | self._with_first_pose
        index = torch.arange(self._width, device=rows.device)[None] - first_pose[:, None].long()
        last = bank.target_pose.shape[2] - 1
        step = (begin[:, None] + index.clamp_min(0)).clamp_max(last)
        poses = bank.target_pose[source[:, None], eef, step]
        gripper = bank.gripper[source[:, None], eef, step]
        poses[:, 0] = torch.where(first_pose[:, None, None], bank.eef_pose[source, eef, begin], poses[:, 0])
        picked = then[torch.arange(len(rows), device=rows.device), source]
        motion = trajectory.transform_with_object(here, picked)
        motion = torch.where(has_object[:, None, None], motion, torch.eye(4, device=rows.device))
        poses = motion[:, None] @ poses
        if self._corrects_grasp:
            poses = self._correct_grasp(poses, rows, eef, subtask, source, begin, eef_now, object_now)

        start = eef_now[rows, eef]
        if self._from_last_target:
            previous = self._poses[rows, eef, self._length[rows, eef] - 1]
            start = torch.where((subtask > 0)[:, None, None], previous, start)
        noise = plan.noise[eef, subtask]
        laid = trajectory.lay_out(
            poses,
            gripper,
            end - begin + first_pose.long(),
            start,
            plan.num_interpolation[eef, subtask],
            plan.num_fixed[eef, subtask],
            noise,
            noise * plan.noise_in_interpolation[eef, subtask],
            self._width,
            self._max_interpolation,
            self._settings.exact_upstream,
        )
        self._poses[rows, eef], self._gripper[rows, eef], self._noise[rows, eef], self._length[rows, eef] = laid
        self._cursor[rows, eef] = 0

    def _choose(
        self,
        rows: torch.Tensor,
        eef: int,
        subtask: torch.Tensor,
        object_now: torch.Tensor,
        object_then: torch.Tensor,
        eef_now: torch.Tensor,
        eef_then: torch.Tensor,
    ) -> torch.Tensor:
        """Return which source demonstration each row follows now: (K,) int64."""
        plan = self._plan
        position = eef * plan.max_subtasks + subtask
        chosen = selection.select(
            plan.strategy[eef, subtask],
            plan.nn_k[eef, subtask],
            plan.pos_weight[eef, subtask],
            plan.rot_weight[eef, subtask],
            object_now,
            object_then,
            eef_now,
            eef_then,
            randomness.uniform(self._choice_stream[rows], position, 1)[:, 0],
            skip=self._tries[rows, position],
        )
        keeps, kept = self._kept_source(rows, eef, subtask)
        return torch.where(keeps, kept, chosen)

    def _kept_source(self, rows: torch.Tensor, eef: int, subtask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return which rows keep a source chosen before, and that source.

        Arms that do not select for themselves share a source. Upstream then never selects again within an attempt,
        whatever is asked for per subtask; by default each subtask is selected for, and only subtasks of the same index
        share.
        """
        own = self._sources[rows, eef, (subtask - 1).clamp_min(0)]
        goes_on = (subtask > 0) & (not (self._per_subtask and self._settings.per_subtask_selection))
        if self._per_arm:
            return goes_on, own
        if self._settings.exact_upstream:
            # What any arm chose last; all arms hold the same one.
            earliest = self._sources[rows].flatten(1).amax(dim=1)
            return earliest >= 0, earliest
        shared = self._sources[rows, :, subtask].amax(dim=1)
        return goes_on | (shared >= 0), torch.where(shared >= 0, shared, own)

    def _correct_grasp(
        self,
        poses: torch.Tensor,
        rows: torch.Tensor,
        eef: int,
        subtask: torch.Tensor,
        source: torch.Tensor,
        begin: torch.Tensor,
        eef_now: torch.Tensor,
        object_now: torch.Tensor,
    ) -> torch.Tensor:
        bank = self._bank
        held = bank.held[eef, subtask]
        which = held.clamp_min(0)
        then = offset_in_hand(bank.eef_pose[source, eef, begin], bank.object_pose[source, which, begin])
        now = offset_in_hand(eef_now[rows, eef], object_now[rows, which])
        return torch.where((held >= 0)[:, None, None, None], shift_for_grasp(poses, then, now), poses)

    # -- second tries

    def _save_checkpoints(self) -> None:
        """Remember how things stand wherever an end effector begins a subtask."""
        rows, eefs = self._beginning.nonzero()
        which = torch.as_tensor(rows, device=self._env.device)
        eef = torch.as_tensor(eefs, device=self._env.device)
        slots = eef * self._plan.max_subtasks + self._subtask[which, eef]
        self._latest_slot[which] = slots
        if self._checkpoints is not None:
            self._checkpoints.save(which, slots, cast(RestorableEnv, self._env).state())
            self._slot_beginning[rows, slots.cpu().numpy()] = self._beginning[rows]

    def _rewind(self, env_ids: np.ndarray, slot: torch.Tensor) -> None:
        assert self._checkpoints is not None
        rows = torch.as_tensor(env_ids, device=self._env.device)
        slots = slot[rows]
        self._tries[rows, slots] += 1
        self._checkpoints.restore(rows, slots)
        self._watch.rewind(rows)
        numbers = slots.cpu().numpy()
        self._beginning[env_ids] = self._slot_beginning[env_ids, numbers]
        self._rewinds.append((rows, self.steps[rows]))
        for number in numbers.tolist():
            eef, subtask = divmod(number, self._plan.max_subtasks)
            self.retries[f"{self._plan.eef_names[eef]}/{subtask}"] += 1

    # -- explanations

    def _outcomes(
        self, env_ids: list[int], won: torch.Tensor, unstable: torch.Tensor, slot: torch.Tensor, has_slot: torch.Tensor
    ) -> list[Outcome]:
        """Put together how attempts ended. `slot` is where they failed, for those of `has_slot`."""
        plan = self._plan
        ids = torch.tensor(env_ids, device=won.device)
        table = {
            name: values[ids].tolist()
            for name, values in {
                "attempt": self._attempt,
                "steps": self.steps,
                "won": won & ~unstable,
                "unstable": unstable,
                "sources": self._sources,
                "subtask": self._subtask,
                "at_end": self._signal_at_end,
                "ever": self._signal_ever,
                "slot": slot,
                "has_slot": has_slot,
                "retries": self._tries.sum(dim=1),
            }.items()
        }
        outcomes = []
        for k, env_id in enumerate(env_ids):
            row = {name: values[k] for name, values in table.items()}
            cause, where = ("unstable", "") if row["unstable"] else ("", "")
            if not row["won"] and not cause:
                if row["has_slot"]:
                    eef, subtask = divmod(row["slot"], plan.max_subtasks)
                    cause, where = explain_subtask(plan, eef, subtask, row["ever"][eef][subtask])
                else:
                    cause, where = explain(plan, row["at_end"], row["ever"], row["subtask"])
            used = {name: [s for s in row["sources"][eef] if s >= 0] for eef, name in enumerate(plan.eef_names)}
            segments = {
                name: [tuple(self._bounds[env_id, s, eef, i].tolist()) for i, s in enumerate(used[name])]
                for eef, name in enumerate(plan.eef_names)
            }
            outcomes.append(
                Outcome(env_id, row["attempt"], row["won"], row["steps"], cause, where, used, segments, row["retries"])
            )
        return outcomes


def make_generator(env: MimicEnv, bank: SourceBank, seed: int, settings: Settings) -> Generator:
    """Return a generator for an environment's own configuration."""
    return Generator(env, make_plan(env.cfg, env.object_names, env.device), bank, seed, settings)
