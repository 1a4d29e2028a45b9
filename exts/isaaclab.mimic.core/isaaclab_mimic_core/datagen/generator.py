# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The generator: says at every step what each environment does next. Tensors only, whatever their number.

Where every end effector stands is an integer; what it follows is a row of a padded buffer of waypoints. One step is a
fixed number of tensor operations: gather waypoints, turn them into actions, and, after the environments were stepped,
advance and rebuild the rows that begin a subtask.
"""

from dataclasses import dataclass

import torch

from .. import randomness
from ..errors import ConfigError
from . import selection, trajectory
from .contract import MimicEnv
from .plan import SubtaskPlan, make_plan
from .settings import Settings
from .source_bank import SourceBank


@dataclass(frozen=True)
class Outcome:
    """How one attempt ended."""

    env: int
    attempt: int
    success: bool
    steps: int
    cause: str
    subtask: str
    sources: dict[str, list[int]]
    """Per end effector the index of the source demonstration used in each subtask begun."""
    segments: dict[str, list[tuple[int, int]]]
    """Per end effector the first step and end (exclusive) of each source segment used."""


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
        self._rows = torch.arange(n, device=device)
        self._row_column = self._rows[:, None]
        self._eefs = torch.arange(e, device=device)
        self._max_interpolation = int(plan.num_interpolation.max())
        self._width = self._longest_trajectory()
        self._poses = torch.eye(4, device=device).repeat(n, e, self._width, 1, 1)
        self._gripper = torch.zeros(n, e, self._width, env.gripper_dim, device=device)
        self._noise = torch.zeros(n, e, self._width, device=device)
        self._length = torch.ones(n, e, dtype=torch.long, device=device)
        self._cursor = torch.zeros(n, e, dtype=torch.long, device=device)
        self._subtask = torch.zeros(n, e, dtype=torch.long, device=device)
        self._arm_done = torch.zeros(n, e, dtype=torch.bool, device=device)
        self._bounds = bank.bounds.repeat(n, 1, 1, 1, 1)
        self._sources = torch.full((n, e, s), -1, dtype=torch.long, device=device)
        self._signal_at_end = torch.zeros(n, e, s, dtype=torch.bool, device=device)
        self._signal_ever = torch.zeros(n, e, s, dtype=torch.bool, device=device)
        self._held = torch.zeros(n, dtype=torch.long, device=device)
        self._ever = torch.zeros(n, dtype=torch.bool, device=device)
        self._tail = torch.zeros(n, dtype=torch.long, device=device)
        self._attempt = torch.full((n,), -1, dtype=torch.long, device=device)
        self._noise_stream = torch.zeros(n, dtype=torch.long, device=device)
        self._choice_stream = torch.zeros(n, dtype=torch.long, device=device)
        self.steps = torch.zeros(n, dtype=torch.long, device=device)
        """Steps of the running attempts: (num_envs,) int64."""
        self._beginning = torch.zeros(n, e, dtype=torch.bool).numpy()

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
        self._bounds[env_ids] = self._draw_bounds(randomness.streams(self._seed, "bounds", attempts))
        for state in (self._cursor, self._subtask, self._held, self._tail, self.steps):
            state[env_ids] = 0
        for flag in (self._arm_done, self._ever, self._signal_at_end, self._signal_ever):
            flag[env_ids] = False
        self._sources[env_ids] = -1
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
        noise = randomness.normal(self._noise_stream, self.steps, channels)
        noise = amplitude[..., None] * noise.reshape(*amplitude.shape, -1)
        return self._env.target_to_action(target, gripper, noise)

    def observe(self) -> list[Outcome]:
        """Take note of a step that was made; return the attempts that ended with it."""
        success = self._env.success()
        self.steps += 1
        self._cursor += 1
        ended = (self._cursor >= self._length) & ~self._arm_done
        self._note_signals(ended)
        last = self._subtask == self._plan.count - 1
        self._arm_done |= ended & last
        goes_on = ended & ~last
        self._subtask += goes_on.long()
        self._held = torch.where(success, self._held + 1, 0)
        self._ever |= success
        complete = self._arm_done.all(dim=1)
        self._tail = torch.where(complete, self._tail + 1, 0)
        if self._settings.success == "any":
            won, over = self._ever, complete
        else:
            won = self._held >= self._settings.success_hold_steps
            over = complete & (won | (self._tail > self._settings.max_tail_steps))
        unstable = ~torch.isfinite(self._env.object_pose().sum(dim=(1, 2, 3)))
        over = (over | unstable) & (self._attempt >= 0)
        # The one copy to the host per step: what ended, and who begins a subtask.
        flags = torch.cat([over[:, None], goes_on], dim=1).to("cpu", torch.uint8).numpy()
        self._beginning |= flags[:, 1:].astype(bool)
        finished = flags[:, 0].nonzero()[0]
        if len(finished) == 0:
            return []
        return self._outcomes(finished.tolist(), won, unstable)

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

    def _longest_trajectory(self) -> int:
        plan, bounds = self._plan, self._bank.bounds
        begin = bounds[..., 0] + torch.nn.functional.pad(plan.term_offset[:, :-1, 0], (1, 0))
        longest = (bounds[..., 1] + plan.term_offset[..., 1] - begin).amax(dim=0)
        # One more for the first actual pose, which may be put in front of a segment.
        reach = longest + plan.num_interpolation + plan.num_fixed + 1
        return int(reach.max()) + max(0, -int(plan.first_offset.min()))

    def _draw_bounds(self, stream: torch.Tensor) -> torch.Tensor:
        """Shift every segment's bounds at random: (K,) streams -> (K, D, E, S, 2)."""
        plan, bank = self._plan, self._bank
        count = bank.bounds[..., 0].numel()
        low, high = plan.term_offset.expand(bank.num_demos, -1, -1, -1).reshape(count, 2).unbind(-1)
        shift = randomness.integers(stream, 0, low, high).reshape(-1, *bank.bounds.shape[:-1])
        bounds = bank.bounds.repeat(len(stream), 1, 1, 1, 1)
        bounds[..., 1] += shift
        bounds[..., 1:, 0] = bounds[..., :-1, 1]
        low, high = plan.first_offset.expand(bank.num_demos, -1, -1).reshape(-1, 2).unbind(-1)
        if self._settings.exact_upstream:
            high = low
        first = randomness.integers(stream, 1, low, high)
        bounds[..., 0, 0] += first.reshape(-1, *bank.bounds.shape[:2])
        return bounds

    def _build_trajectories(self) -> None:
        """Choose, transform and lay out a new trajectory wherever an end effector begins a subtask."""
        if not self._beginning.any():
            return
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
        goes_on = (subtask > 0) & (not self._per_subtask)
        if self._per_arm:
            return goes_on, own
        if self._settings.exact_upstream:
            # What any arm chose last; all arms hold the same one.
            earliest = self._sources[rows].flatten(1).amax(dim=1)
            return earliest >= 0, earliest
        shared = self._sources[rows, :, subtask].amax(dim=1)
        return goes_on | (shared >= 0), torch.where(shared >= 0, shared, own)

    # -- explanations

    def _note_signals(self, ended: torch.Tensor) -> None:
        """Remember each subtask's signal: whether it was ever raised, and whether it is at the segment's end."""
        signals = self._env.term_signals()
        for eef, names in enumerate(self._plan.signals):
            for subtask, name in enumerate(names[:-1]):
                raised = signals.get(name) if name else None
                if raised is None:
                    continue
                here = self._subtask[:, eef] == subtask
                self._signal_ever[:, eef, subtask] |= raised & here
                ends = ended[:, eef] & here
                self._signal_at_end[:, eef, subtask] |= raised & ends

    def _outcomes(self, env_ids: list[int], won: torch.Tensor, unstable: torch.Tensor) -> list[Outcome]:
        ids = torch.tensor(env_ids, device=won.device)

        def host(values: torch.Tensor) -> list:
            return values[ids].tolist()

        attempts, steps, success, exploded = host(self._attempt), host(self.steps), host(won), host(unstable)
        sources, subtasks = host(self._sources), host(self._subtask)
        at_end, ever = host(self._signal_at_end), host(self._signal_ever)
        outcomes = []
        for k, env_id in enumerate(env_ids):
            good = success[k] and not exploded[k]
            cause, where = ("", "")
            if exploded[k]:
                cause = "unstable"
            elif not good:
                cause, where = self._explain(at_end[k], ever[k], subtasks[k])
            used = {name: [s for s in sources[k][eef] if s >= 0] for eef, name in enumerate(self._plan.eef_names)}
            segments = {
                name: [tuple(self._bounds[env_id, s, eef, i].tolist()) for i, s in enumerate(used[name])]
                for eef, name in enumerate(self._plan.eef_names)
            }
            outcomes.append(Outcome(env_id, attempts[k], good, steps[k], cause, where, used, segments))
        return outcomes

    def _explain(self, at_end: list, ever: list, subtasks: list) -> tuple[str, str]:
        """Name the first subtask whose signal did not hold at its end, and what that means."""
        for eef, names in enumerate(self._plan.signals):
            for index, name in enumerate(names[:-1]):
                if index >= subtasks[eef] or at_end[eef][index]:
                    continue
                where = f"{self._plan.eef_names[eef]}/{index}"
                if ever[eef][index]:
                    return "dropped", where
                return ("not_grasped" if "grasp" in (name or "") else "misplaced"), where
        eef = 0
        return "misplaced", f"{self._plan.eef_names[eef]}/{len(self._plan.signals[eef]) - 1}"


def make_generator(env: MimicEnv, bank: SourceBank, seed: int, settings: Settings) -> Generator:
    """Return a generator for an environment's own configuration."""
    return Generator(env, make_plan(env.cfg, env.object_names, env.device), bank, seed, settings)
