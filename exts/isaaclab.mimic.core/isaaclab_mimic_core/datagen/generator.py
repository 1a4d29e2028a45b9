# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The generator: decides at every step what each environment does next, in tensors over all environments.

MimicGen (Mandlekar et al., CoRL 2023), which isaaclab_mimic.datagen.data_generator (Isaac Lab 3.0.0) does for one
environment. Every end effector goes through its subtasks. At the start of a subtask a segment of a source demonstration
is selected (`sources/`) and transformed to its reference object's current pose; interpolation leads to the segment's
first pose (`trajectory/`). The waypoints become actions one by one, with noise. End effectors wait for one another
where the task's constraints say so (`coordination/`).

A subtask that fails (`failures/`) is retried from where it began (`retries.py`). An attempt ends (`observe`) when all
subtasks are done and the task is fulfilled, when a failure has no retry left, or when no retry could help. Running out
of time after the last subtask is a failure, too.
"""

from typing import cast

import numpy as np
import torch

from .. import randomness
from ..outcomes import AttemptOutcome
from .attempt_outcomes import outcomes_of
from .attempts import Attempts
from .config import GenerationConfig
from .contract import MimicEnv, WalkingEnv
from .coordination.constraints import Constraints, Positions
from .failures.check import Parts, Step
from .failures.monitor import FailureMonitor
from .planning import LiftTravelDescend, TransitionPlanner
from .retries import Retries
from .slots import Slots
from .sources.bank import SourceBank
from .sources.selector import Beginning
from .sources.statistics import SourceStatistics
from .trajectory.buffer import TrajectoryBuffer
from .trajectory.noise import ActionNoise


class Generator:
    """Moves the end effectors of all environments along transformed source segments.

    Call `begin` for freshly reset environments. Then repeat: `action`, step the environments, `observe`.

    Args:
        env: The environments.
        config: How to generate.
        bank: The source demonstrations.
        planner: Plans the paths between segments if the configuration wants planned ones; the simplest one by default.
    """

    def __init__(
        self, env: MimicEnv, config: GenerationConfig, bank: SourceBank, planner: TransitionPlanner | None = None
    ):
        subtasks, settings, n, device = config.subtasks, config.settings, env.num_envs, env.device
        num_eefs = len(subtasks.eef_names)
        self.planner = (planner or LiftTravelDescend()) if subtasks.planned else None
        """Plans the paths between segments; None: they are interpolated."""
        self._env, self._config = env, config
        self.attempts = Attempts(env, subtasks)
        self._constraints = None if config.constraints.empty else Constraints(config, n, device)
        self._statistics = SourceStatistics(subtasks, bank) if settings.learn_sources else None
        self.trajectories = TrajectoryBuffer(env, config, bank, self._constraints, self._statistics, self.planner)
        self._noise = ActionNoise(n, num_eefs * env.pose_action_dim, device)
        slots = Slots(num_eefs, subtasks.max_subtasks, device)
        self.parts = Parts(env, config, bank, slots, self.attempts, self.trajectories, self._constraints)
        self._monitor = FailureMonitor(self.parts)
        fields = [*self.trajectories.fields, self.attempts.counters, self.attempts.flags, self.attempts.ends]
        fields += self._constraints.fields if self._constraints else []
        self.retries = Retries(env, config, slots, fields)
        self._objects: torch.Tensor | None = None  # poses after the last step; None before the first one
        self._beginning = np.zeros((n, num_eefs), dtype=bool)  # who begins a subtask with the next action
        self._released = torch.zeros(n, num_eefs, dtype=torch.bool, device=device)  # whose wait ends with this step
        # Upstream's navigation controller: waypoints wait for robots that are on their way to the last ones.
        self._walking = cast(WalkingEnv, env) if config.navigates else None
        self._target: torch.Tensor | None = None

    def begin(self, env_ids: torch.Tensor, numbers: torch.Tensor) -> None:
        """Start attempts in freshly reset environments: (K,) environments and (K,) numbers of the attempts."""
        objects = self._objects_of(env_ids)
        self.attempts.begin(env_ids, numbers, objects)
        self._noise.begin(env_ids, randomness.streams(self._config.seed, "noise", numbers))
        self.trajectories.begin(env_ids, numbers)
        if self._constraints is not None:
            self._constraints.begin(env_ids)
        self.retries.begin(env_ids)
        self._monitor.begin(env_ids, objects)
        self._beginning[env_ids.cpu().numpy()] = True

    def action(self) -> torch.Tensor:
        """Return the next action: (num_envs, action_dim)."""
        self._begin_subtasks()
        attempts, exact = self.attempts, self._config.settings.exact_upstream
        if self._constraints is not None:
            lengths, planned = self.trajectories.length, self.trajectories.planned_length if self.planner else None
            at = Positions(attempts.cursor, attempts.subtask, lengths, attempts.arm_done, planned)
            # While an end effector waited, objects may have moved, so by default its source is then selected again.
            self._released = self._constraints.hold_back(at, once_more=not exact)
            self._released &= not exact
        target, gripper, amplitude = self.trajectories.waypoint(attempts.cursor)
        if not exact:
            amplitude = torch.where(attempts.arm_done, 0.0, amplitude)
        self._target = target
        # Noise depends on all steps made, retried ones included, so a retry has other noise than earlier tries.
        noise = amplitude[..., None] * self._noise.at(attempts.ticks).reshape(*amplitude.shape, -1)
        return self._env.target_to_action(target, gripper, noise)

    def observe(self) -> list[AttemptOutcome]:
        """Evaluate the step that was just made; return the attempts that ended with it.

        Environments whose subtask failed may have been put back to where it began: see `take_rewinds`.
        """
        attempts = self.attempts
        success, self._objects, eefs = self._env.success(), self._env.object_pose(), self._env.eef_pose()
        attempts.count_step()
        if self._walking is not None and self._target is not None:
            attempts.wait(self._walking.is_behind(self._target))
        # Environments without an attempt do not go on; somebody else may be moving them.
        running = attempts.number >= 0
        ended = (attempts.cursor >= self.trajectories.length) & ~attempts.arm_done & running[:, None]
        goes_on, complete = attempts.note_step(ended, success)
        if self._constraints is not None:
            self._constraints.complete(ended, attempts.subtask)
        # Of each attempt: `won`: the task is fulfilled; `over`: nothing is left to do; `lost`: a check found a failure,
        # for example to be over without having won; `hopeless`: no retry mends it; `slot`: which subtask failed.
        won, over = self._judge(complete)
        lost, slot, hopeless = self._monitor.observe(Step(self._objects, eefs, ended, over), won, self.retries.latest)
        retry = self.retries.left(slot)
        rewinds = lost & retry & ~hopeless & running
        finished = (won | hopeless | (lost & ~retry)) & running

        # The one copy to the host per step: who ends, who is put back, who begins a subtask, whose segment ends.
        flags = torch.cat([finished[:, None], rewinds[:, None], goes_on | self._released, ended], dim=1)
        flags = flags.to("cpu", torch.uint8).numpy().astype(bool)
        ends, put_back = flags[:, 0], flags[:, 1]
        beginning, at_end = np.split(flags[:, 2:], 2, axis=1)
        self._beginning |= beginning
        if at_end.any():
            # While `subtask` is still the one whose segment has ended.
            self._monitor.note_distance(at_end, eefs)
            attempts.note_ends(ended)
        attempts.subtask += goes_on
        if self._statistics is not None and (ends.any() or put_back.any()):
            # What is hopeless, a deadlock or an unstable simulation, is not the fault of a source.
            selector, failed = self.trajectories.selector, (rewinds | finished) & ~won & ~hopeless
            self._statistics.record(selector.sources, selector.nearness, won & running, failed, slot)
        ids = ends.nonzero()[0].tolist()
        outcomes = outcomes_of(ids, self.parts, self._monitor, self.retries, won, slot) if ids else []
        if put_back.any():
            self._rewind(put_back.nonzero()[0], slot)
        return outcomes

    def _judge(self, complete: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return which attempts have succeeded, and which have come to their end, given those that are complete.

        All are (num_envs,) bool.
        """
        attempts, settings = self.attempts, self._config.settings
        if settings.success == "any":
            return attempts.fulfilled & complete, complete
        won = complete & (attempts.held_steps >= settings.success_hold_steps)
        return won, won | (attempts.settling_steps > settings.max_tail_steps)

    def _begin_subtasks(self) -> None:
        """Build new trajectories wherever an end effector begins a subtask."""
        if not self._beginning.any():
            return
        attempts, slots = self.attempts, self.parts.slots
        self.retries.save(self._beginning, attempts.subtask)
        eef_now = self._env.eef_pose()
        object_now = self._env.object_pose() if self._objects is None else self._objects
        for eef in range(self._beginning.shape[1]):
            rows = self._beginning[:, eef].nonzero()[0]
            if len(rows):
                which = torch.as_tensor(rows, device=self._env.device)
                subtask, cursor = attempts.subtask[which, eef], attempts.cursor[which, eef]
                tries = self.retries.counts[which, slots.of(eef, subtask)]
                self.trajectories.build(Beginning(which, eef, subtask, tries), cursor, eef_now, object_now)
                attempts.cursor[which, eef] = 0
        self._beginning[:] = False

    def _rewind(self, env_ids: np.ndarray, slot: torch.Tensor) -> None:
        """Put environments (K,) back to where the subtasks of (num_envs,) slots began."""
        rows, self._beginning[env_ids] = self.retries.rewind(env_ids, slot, self.attempts.steps)
        self._objects_of(rows)
        self._monitor.rewind(rows)

    def _objects_of(self, env_ids: torch.Tensor) -> torch.Tensor:
        """Return the objects' poses in environments (K,) that were reset or put back since the last step."""
        pose = self._env.object_pose(env_ids)
        if self._objects is not None:
            self._objects[env_ids] = pose
        return pose

    def take_rewinds(self) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """Return which environments were put back since the last call: (K,) which, (K,) steps their attempts keep."""
        return self.retries.take()

    def release(self, env_ids: torch.Tensor) -> None:
        """Forget the attempts of some environments; they stand still until `begin`."""
        self.attempts.number[env_ids] = -1
        self._beginning[env_ids.cpu().numpy()] = False
