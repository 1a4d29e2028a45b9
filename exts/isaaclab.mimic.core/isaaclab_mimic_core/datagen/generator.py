# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The generator: says at every step what each environment does next. Tensors only, whatever their number.

Where every end effector stands is an integer; what it follows is a row of a padded buffer of waypoints. One step is a
fixed number of tensor operations: gather waypoints, turn them into actions, and, after the environments were stepped,
advance and rebuild the rows that begin a subtask.
"""

from collections import Counter
from functools import reduce
from typing import cast

import numpy as np
import torch

from .. import randomness
from ..errors import ConfigError
from ..outcomes import AttemptOutcome, FailureCause
from .bystanders import Bystanders
from .checkpoints import Checkpoints
from .columns import side_by_side
from .constraint_plan import make_constraint_plan
from .constraints import Constraints
from .contract import MimicEnv, RestorableEnv
from .experience import Experience
from .following import Following
from .noise import ActionNoise
from .outcome import explain, explain_subtask, placement
from .plan import SubtaskPlan, make_plan
from .planning import LiftTravelDescend, TransitionPlanner
from .settings import Settings
from .source_bank import SourceBank
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
        planner: Makes the ways between segments if the configuration wants planned ones (`use_skillgen`); the simplest
            one by default.
    """

    def __init__(
        self,
        env: MimicEnv,
        plan: SubtaskPlan,
        bank: SourceBank,
        seed: int,
        settings: Settings,
        planner: TransitionPlanner | None = None,
    ):
        config = env.cfg.datagen_config
        if getattr(config, "use_navigation_controller", False):
            raise ConfigError(
                "navigation controllers are not supported", where="datagen_config.use_navigation_controller"
            )
        self.planner = (planner or LiftTravelDescend()) if plan.planned else None
        """What makes the ways between segments; None: they are straight."""
        self._env, self._plan, self._bank, self._seed, self._settings = env, plan, bank, seed, settings
        device, n, e, s = env.device, env.num_envs, len(plan.eef_names), plan.max_subtasks
        counts = dict(zip(plan.eef_names, plan.count.tolist(), strict=True))
        constraints = make_constraint_plan(env.cfg, counts, device)
        order = sorted(range(e), key=lambda index: plan.eef_names[index])
        self._constraints = None
        if not constraints.empty:
            self._constraints = Constraints(constraints, n, order, device, settings.exact_upstream)
        self._experience = Experience(plan, bank) if settings.learn_sources else None
        self._following = Following(env, plan, bank, seed, settings, self._constraints, self._experience, self.planner)

        def whole(*shape: int) -> torch.Tensor:
            return torch.zeros(shape, dtype=torch.long, device=device)

        def flags(*shape: int) -> torch.Tensor:
            return torch.zeros(shape, dtype=torch.bool, device=device)

        self._objects: torch.Tensor | None = None  # where the objects are; None before the first step
        self._counters, columns = side_by_side(n, ((e,), (e,), (), (), ()), torch.long, device)
        self._cursor, self._subtask, self._held, self._tail, self.steps = columns
        """`steps`: of the running attempts, (num_envs,) int64."""
        # What each step adds: one to all of these but the subtask.
        self._one_more = torch.tensor([1] * e + [0] * e + [1] * 3, device=device)
        self._flags, columns = side_by_side(n, ((e,), (e, s), (e, s), ()), torch.bool, device)
        self._arm_done, self._signal_at_end, self._signal_ever, self._ever = columns
        self._beginning = np.zeros((n, e), dtype=bool)
        self._released = flags(n, e)
        self._attempt = whole(n) - 1
        self.ticks = whole(n)
        """Steps made in the running attempts, those that second tries took back included: (num_envs,) int64."""
        self._far_at_end = flags(n, e, s)
        self._start = torch.eye(4, device=device).repeat(n, len(env.object_names), 1, 1)
        # Lookups of one operation each: a subtask as a row of flags, an end effector's first slot, and none at all.
        self._one_hot = torch.eye(s, dtype=torch.bool, device=device)
        self._first_slot = torch.arange(e, device=device) * s
        self._no_slot = torch.tensor(e * s, device=device)
        self._nowhere = flags(n)

        self._noise = ActionNoise(n, e * env.pose_action_dim, device)
        self._watch = Watch(env, plan, settings.grace_steps)
        if settings.keep_clear and e > 1:
            raise ConfigError(
                "what one end effector leaves alone another one may be there for, so pushes are no failures here",
                where="keep_clear",
                remedy="Leave it out: it is for tasks with one end effector.",
            )
        self._bystanders = Bystanders(plan, bank, n) if settings.keep_clear else None
        self._flagged = flags(n)
        self._latest_slot, self._tries = whole(n), whole(n, e * s)
        self._slot_beginning = np.zeros((n, e * s, e), dtype=bool)
        self._checkpoints: Checkpoints | None = None
        if settings.max_retries > 0:
            fields = [*self._following.fields, self._counters, self._flags]
            if self._constraints is not None:
                fields += self._constraints.fields
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
        self._noise.begin(env_ids, randomness.streams(self._seed, "noise", attempts))
        self._following.begin(env_ids, attempts)
        if self._constraints is not None:
            self._constraints.begin(env_ids)
        for count in (self._counters, self.ticks, self._tries):
            count[env_ids] = 0
        for flag in (self._flags, self._far_at_end, self._flagged):
            flag[env_ids] = False
        placed = self._objects_moved(env_ids)
        self._start[env_ids] = placed
        self._watch.begin(env_ids, placed)
        self._beginning[env_ids.cpu().numpy()] = True

    def action(self) -> torch.Tensor:
        """Return the next action: (num_envs, action_dim)."""
        self._build_trajectories()
        if self._constraints is not None:
            # What a wait was for may have moved the objects, so by default the subtask is chosen anew after it.
            again = not self._settings.exact_upstream
            following = self._following
            planned = following.planned_length if self.planner else None
            self._released = self._constraints.hold_back(
                self._cursor, self._subtask, following.length, self._arm_done, once_more=again, planned=planned
            )
            self._released &= again
        target, gripper, amplitude = self._following.waypoint(self._cursor)
        if not self._settings.exact_upstream:
            amplitude = torch.where(self._arm_done, 0.0, amplitude)
        # Counted by steps ever made, so that a second try is not disturbed just as the first one was.
        noise = amplitude[..., None] * self._noise.at(self.ticks).reshape(*amplitude.shape, -1)
        return self._env.target_to_action(target, gripper, noise)

    def observe(self) -> list[AttemptOutcome]:
        """Take note of a step that was made; return the attempts that ended with it.

        Environments whose subtask failed may have been put back to where it began: see `take_rewinds`.
        """
        success, objects, eefs = self._env.success(), self._env.object_pose(), self._env.eef_pose()
        self._objects = objects
        self._counters += self._one_more
        self.ticks += 1
        # Environments without an attempt, which somebody else may move, go nowhere.
        running = self._attempt >= 0
        ended = (self._cursor >= self._following.length) & ~self._arm_done & running[:, None]
        fallen = self._watch.observe(ended, self._subtask, objects)
        raised = self._watch.signals & self._one_hot[self._subtask]
        self._signal_ever |= raised
        raised &= ended.unsqueeze(-1)
        self._signal_at_end |= raised
        pushed = pusher = self._nowhere
        if self._bystanders is not None:
            pusher = self._subtask[:, 0].clone()
            pushed = self._bystanders.pushed(self._cursor[:, 0], pusher, objects)
        deadlocked = self._nowhere
        if self._constraints is not None:
            self._constraints.complete(ended, self._subtask)
            deadlocked = self._constraints.deadlocked
        last = self._subtask == self._plan.count - 1
        self._arm_done |= ended & last
        goes_on = ended & ~last
        self._subtask += goes_on
        self._held *= success
        self._ever |= success
        complete = self._arm_done.all(dim=1)
        self._tail *= complete

        if self._settings.success == "any":
            won, over = self._ever & complete, complete
        else:
            won = complete & (self._held >= self._settings.success_hold_steps)
            over = won | (self._tail > self._settings.max_tail_steps)
        lost, slot = over & ~won, self._latest_slot
        found, first = self._first_of(self._watch.failed)
        suspect = (found | fallen) & ~won
        if self._settings.early_stop:
            lost, slot = lost | suspect, torch.where(found, first, slot)
        else:
            self._flagged |= suspect
        if self._bystanders is not None:
            # Asked for by itself, whether attempts are stopped early or not.
            lost, slot = lost | (pushed & ~won), torch.where(pushed, pusher, slot)
        if self.planner is not None:
            # There is nothing to follow, whatever the rules.
            found, first = self._first_of(torch.where(self._following.no_path, self._subtask, -1))
            lost, slot = lost | (found & ~won), torch.where(found, first, slot)
        unstable = ~torch.isfinite(objects.sum(dim=(1, 2, 3)) + eefs.sum(dim=(1, 2, 3)))
        again = self._tries.gather(1, slot[:, None])[:, 0] < self._settings.max_retries
        hopeless = unstable | deadlocked
        rewinds = lost & again & ~hopeless & running
        finished = (won | hopeless | (lost & ~again)) & running

        # The one copy to the host per step: who ends, who goes back, who begins a subtask, whose segment ends.
        flags = torch.cat([finished[:, None], rewinds[:, None], goes_on | self._released, ended], dim=1)
        flags = flags.to("cpu", torch.uint8).numpy().astype(bool)
        beginning, at_end = np.split(flags[:, 2:], 2, axis=1)
        self._beginning |= beginning
        if at_end.any():
            self._look_how_far(at_end, eefs, goes_on)
        if self._experience is not None and flags[:, :2].any():
            self._learn(won & running, (rewinds | finished) & ~won & ~hopeless, slot)
        outcomes = []
        if flags[:, 0].any():
            ids = flags[:, 0].nonzero()[0].tolist()
            outcomes = self._outcomes(ids, won, unstable, deadlocked, pushed, slot, has_slot=lost & ~over)
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
        following = self._following
        return following.poses[env_id, eef, int(self._cursor[env_id, eef]) : int(following.length[env_id, eef])]

    def followed(self, env_id: int, eef: int) -> tuple[str, torch.Tensor]:
        """Return the name of the source that an end effector follows now, and its segment as recorded.

        Returns:
            Name, empty before the subtask has begun; (steps, 4, 4) poses in the source's environment frame [m].
        """
        source, way = self._following.source_way(env_id, eef, int(self._subtask[env_id, eef]))
        return self._bank.names[source] if source >= 0 else "", way

    @property
    def attempts(self) -> torch.Tensor:
        """Number of each environment's running attempt, -1 for none: (num_envs,) int64."""
        return self._attempt

    @property
    def progress(self) -> torch.Tensor:
        """Subtask each end effector is in: (num_envs, num_eefs) int64."""
        return self._subtask

    def _objects_moved(self, env_ids: torch.Tensor) -> torch.Tensor:
        """Return where the objects of some environments are, put there since the last step: (K, num_objects, 4, 4)."""
        pose = self._env.object_pose(env_ids)
        if self._objects is not None:
            self._objects[env_ids] = pose
        return pose

    def _look_how_far(self, at_end: np.ndarray, eefs: torch.Tensor, goes_on: torch.Tensor) -> None:
        """Note which of the end effectors whose segments have ended, (num_envs, num_eefs), did not get there."""
        rows, arms = (torch.as_tensor(index, device=eefs.device) for index in at_end.nonzero())
        ended = (self._subtask - goes_on.long())[rows, arms]
        self._far_at_end[rows, arms, ended] = self._following.far_from_end(rows, arms, eefs[rows, arms])

    # -- trajectories

    def _build_trajectories(self) -> None:
        """Choose, transform and lay out a new trajectory wherever an end effector begins a subtask."""
        if not self._beginning.any():
            return
        self._save_checkpoints()
        eef_now = self._env.eef_pose()
        object_now = self._env.object_pose() if self._objects is None else self._objects
        for eef in range(len(self._plan.eef_names)):
            rows = self._beginning[:, eef].nonzero()[0]
            if len(rows):
                which = torch.as_tensor(rows, device=self._env.device)
                subtask = self._subtask[which, eef]
                tries = self._tries[which, eef * self._plan.max_subtasks + subtask]
                cursor = self._cursor[which, eef]
                self._following.build(which, eef, subtask, cursor, tries, eef_now, object_now)
                self._cursor[which, eef] = 0
        self._beginning[:] = False

    def _learn(self, won: torch.Tensor, failed: torch.Tensor, slot: torch.Tensor) -> None:
        """Remember which segments were part of a success, and which failed: (num_envs,) each; `slot` failed."""
        assert self._experience is not None
        following = self._following
        followed = following.sources >= 0
        self._experience.note(following.sources, following.nearness, followed & won[:, None, None], won=True)
        here = torch.nn.functional.one_hot(slot, followed[0].numel()).bool().reshape(followed.shape)
        self._experience.note(following.sources, following.nearness, followed & here & failed[:, None, None], won=False)

    # -- second tries

    def _first_of(self, failed: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Find where to go back to: the first of the `failed` subtasks, (num_envs, num_eefs) int64, -1 for none.

        Returns:
            Whether there is one, and its slot: (num_envs,) each.
        """
        slots = torch.where(failed >= 0, failed + self._first_slot, self._no_slot)
        # A reduction over so few columns would take torch longer.
        first = reduce(torch.minimum, slots.unbind(1))
        return first < self._no_slot, first

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
        self._objects_moved(rows)
        self._watch.rewind(rows)
        numbers = slots.cpu().numpy()
        self._beginning[env_ids] = self._slot_beginning[env_ids, numbers]
        self._rewinds.append((rows, self.steps[rows]))
        for number in numbers.tolist():
            eef, subtask = divmod(number, self._plan.max_subtasks)
            self.retries[f"{self._plan.eef_names[eef]}/{subtask}"] += 1

    # -- explanations

    def _outcomes(
        self,
        env_ids: list[int],
        won: torch.Tensor,
        unstable: torch.Tensor,
        deadlocked: torch.Tensor,
        pushed: torch.Tensor,
        slot: torch.Tensor,
        has_slot: torch.Tensor,
    ) -> list[AttemptOutcome]:
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
                "deadlocked": deadlocked & ~won,
                "sources": self._following.sources,
                "subtask": self._subtask,
                "at_end": self._signal_at_end,
                "ever": self._signal_ever,
                "far": self._far_at_end,
                "held": self._held > 0,
                "fulfilled": self._ever,
                "placement": placement(self._start),
                "slot": slot,
                "has_slot": has_slot,
                "pushed": pushed,
                "no_path": self._following.no_path,
                "retries": self._tries.sum(dim=1),
                "flagged": self._flagged,
            }.items()
        }
        table["segments"] = self._following.segments(ids).tolist()
        outcomes = []
        for k, env_id in enumerate(env_ids):
            row = {name: values[k] for name, values in table.items()}
            cause, where = FailureCause.NONE, ""
            if row["unstable"] or row["deadlocked"]:
                cause = FailureCause.UNSTABLE if row["unstable"] else FailureCause.DEADLOCK
            if not row["won"] and not cause:
                if row["has_slot"]:
                    eef, subtask = divmod(row["slot"], plan.max_subtasks)
                    flags = (row[name][eef][subtask] for name in ("ever", "far"))
                    cause, where = explain_subtask(plan, eef, subtask, *flags)
                    if row["no_path"][eef] or row["pushed"]:
                        cause = FailureCause.NO_PATH if row["no_path"][eef] else FailureCause.PUSHED
                else:
                    flags = (row[name] for name in ("at_end", "ever", "far", "subtask", "held", "fulfilled"))
                    cause, where = explain(plan, *flags)
            used = {name: [s for s in row["sources"][eef] if s >= 0] for eef, name in enumerate(plan.eef_names)}
            segments = {name: row["segments"][eef][: len(used[name])] for eef, name in enumerate(plan.eef_names)}
            start = dict(zip(self._env.object_names, row["placement"], strict=True))
            outcomes.append(
                AttemptOutcome(
                    row["attempt"],
                    env_id,
                    row["won"],
                    row["steps"],
                    cause,
                    where,
                    used,
                    start,
                    segments,
                    row["retries"],
                    row["flagged"],
                )
            )
        return outcomes


def make_generator(env: MimicEnv, bank: SourceBank, seed: int, settings: Settings) -> Generator:
    """Return a generator for an environment's own configuration."""
    return Generator(env, make_plan(env.cfg, env.object_names, env.device), bank, seed, settings)
