# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Measure the success rates of policies in many environments at once, and find the best of a run."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from ...errors import OptionError, TaskError
from ...events import Event, Progress, Warned
from ...learning.api import Learner, Policy, PolicySpec
from ...learning.fit import IMAGE, check_fit, check_terms, fit_cameras
from ...learning.learners import find_learner
from ...learning.perturb import NOMINAL, Variant
from ...learning.rollouts import Rollout, Rollouts
from ...learning.sweep import Sweep
from ...option import check_options
from ...options import EvaluateOptions
from ...requirements import VIDEOS, require
from ...sim.engines import choose_engine
from ...tasks import find_task
from ..rendering.state_pictures import Draw, free_camera
from ..sim_stage import SimStage
from ..stage import Steps
from .evaluation_result import EvaluationResult
from .film import Film
from .trained_task import with_trained_task

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnvCfg

    from ...envs import BatchedEnv

_FILMED = (320, 240)
"""Width and height of a filmed rollout [pixels]."""
_ROUND = 1_000_000
"""Larger than the number of rollouts of any policy."""


class Evaluate(SimStage):
    """Runs rollouts until the best policy and its success rate are known.

    Args:
        options: Its options.
        env: Open environments to use; left open at the end. Perturbations of the task need environments of their own.
    """

    name = "evaluate"
    options: EvaluateOptions
    keeps_files = True

    def __init__(self, options: EvaluateOptions, env: "BatchedEnv | None" = None):
        options = with_trained_task(options)
        super().__init__(options, env)
        check_evaluation(options, env)
        self._result = EvaluationResult(options, env, self.keeps_files)
        self._remarks += self._result.remarks
        self._specs: list[PolicySpec] = []
        self._configured = None
        """The function that changed the open environments' configuration."""
        self._rollouts: Rollouts | None = None
        self._rounds = 0
        self._policies: dict[str, Policy] = {}

    @property
    def sweeps(self) -> dict[str, Sweep]:
        """What each variant has been evaluated on so far, by its name."""
        return self._result.sweeps

    @property
    def progress(self) -> Progress:
        """Rollouts of the current policy."""
        return self._result.progress

    def close(self) -> None:
        super().close()
        self._result.folder.release()

    def snapshot(self) -> dict:
        return {**super().snapshot(), **self._result.shown}

    def _seen_in(self, index: int) -> dict:
        """Add the rollout's number, so that a viewer can end the path of the rollout before."""
        seen = super()._seen_in(index)
        number = int(self._rollouts.numbers[index]) if self._rollouts is not None else -1
        # Rollouts of the next policy have the same numbers.
        return seen | {"attempt": _ROUND * self._rounds + number} if number >= 0 else seen

    def run(self) -> Steps:
        yield self._started()
        yield from self._prepare()
        for variant in self._result.variants:
            yield from self._measure(variant)
            if variant is NOMINAL and self.options.video and not self._stopping:
                # Before a perturbation needs other environments.
                yield from self._film_all()
        return self._end("stopped" if self._stopping else "done")

    def _prepare(self) -> Iterator[list[Event]]:
        """Open the simulation, and check that all policies can act in it."""
        # Read each checkpoint once before the simulation is opened, to find those that cannot be used.
        specs = {name: self._load(name, "cpu").spec for name in self._result.names}
        task = find_task(self.options.task).id

        def check_configured(cfg: "ManagerBasedRLEnvCfg") -> None:
            for name, spec in specs.items():
                check_terms(spec, name, cfg, task)

        self._specs = list(specs.values())
        yield from self._open(check_configured)
        for name, spec in specs.items():
            check_fit(spec, name, self.env, task)
        yield self._leave_out_looks(specs.values())

    def _leave_out_looks(self, specs: Iterable[PolicySpec]) -> list[Event]:
        """Leave out perturbations of what is seen that no policy sees or that cannot be made; return warnings."""
        from ...sim.rendering.appearance import can_be_varied

        if not self.options.robust:
            return []
        sees = any(len(shape) == IMAGE for spec in specs for shape in spec.observations.values())
        if sees and can_be_varied(self.env.env):
            return []
        left_out = [variant.name for variant in self._result.variants if variant.looks is not None]
        self._result.variants = [variant for variant in self._result.variants if variant.looks is None]
        if not sees:
            return []
        return [Warned(f"{', '.join(left_out)} are left out: the rasterizer alone varies looks")]

    def _open_in_parts(self, configure: Callable[[Any], None] | None = None) -> Generator[str, None, "BatchedEnv"]:
        def fitted(cfg: "ManagerBasedRLEnvCfg") -> None:
            fit_cameras(self._specs, cfg)
            if configure is not None:
                configure(cfg)

        return super()._open_in_parts(fitted)

    # -- one variant after another, in each the policy that the sweep selects

    def _measure(self, variant: Variant) -> Iterator[list[Event]]:
        """Run all rollouts of a perturbation."""
        sweep = self._result.sweep(variant)
        if self._stopping or sweep.next() is None:
            return
        yield from self._configure(variant)
        while not self._stopping and (task := sweep.next()):
            yield from self._roll_out(variant, *task)

    def _configure(self, variant: Variant) -> Iterator[list[Event]]:
        """Open the environments of a perturbation, unless they are."""
        if variant.configure is not self._configured:
            self._close_env()
            yield from self._open(variant.configure, f"Opening the simulation: {variant.name or 'as it is'}")
            self._configured = variant.configure
            self._policies = {}

    @torch.inference_mode()
    def _roll_out(self, variant: Variant, name: str, numbers: Sequence[int]) -> Iterator[list[Event]]:
        """Run one batch of rollouts of a policy."""
        from ...sim.rendering.appearance import Appearance

        o, self._result.current = self.options, (variant, name)
        policy = self._policy(name)
        look = Appearance(self.env.env, variant.looks) if variant.looks is not None else None
        given = self.env, policy, numbers, o.seed, o.horizon, o.hold, variant.disturbance, look
        rollouts = self._rollouts = Rollouts(*given)
        self._rounds += 1
        yield [self._enter(" ".join(filter(None, ["Evaluating", Path(name).stem, variant.name])))]
        while not (rollouts.done or self._stopping):
            events = [self._take(rollout) for rollout in self._play_step(rollouts)]
            if rollouts.done:
                events += self._measured(variant, name)
            yield events
        if look is not None:
            look.remove()

    def _play_step(self, rollouts: Rollouts) -> list[Rollout]:
        """Make one environment step; return the rollouts that ended with it."""
        return rollouts.step()

    def _take(self, rollout: Rollout) -> Event:
        """Count a rollout that has ended, and log it."""
        assert self._result.current is not None
        return self._result.add(*self._result.current, rollout)

    def _measured(self, variant: Variant, name: str) -> list[Event]:
        """Return what is said once the rollouts of a policy have ended."""
        return [self._result.evaluated(variant, name)]

    def _learner(self, name: str) -> Learner:
        return find_learner(self.options.learner, name)

    def _load(self, name: str, device: str) -> Policy:
        learner = self._learner(name)
        learner.require()
        return learner.load(name, device, self.options.actions)

    def _policy(self, name: str) -> Policy:
        """Load a policy; only the current one stays loaded, because policies may be large."""
        if name not in self._policies:
            self._policies = {name: self._load(name, str(self.env.device))}
        return self._policies[name]

    # -- films

    def _film_all(self) -> Iterator[list[Event]]:
        """Film the policies that have no film yet, in the open environments."""
        names = [name for name in self._result.names if not self._result.folder.film_of(name).exists()]
        draw = None
        for name in names:
            policy, o = self._policy(name), self.options
            rollouts = self._rollouts = Rollouts(self.env, policy, range(o.video), o.seed, o.horizon, o.hold)
            try:
                draw = draw or free_camera(self.env, *_FILMED)
            except TaskError as error:
                # What has been measured counts without films, too.
                yield [Warned(f"There are no films: {error}")]
                return
            yield from self._shoot(name, rollouts, draw)

    @torch.inference_mode()
    def _shoot(self, name: str, rollouts: Rollouts, draw: Draw) -> Iterator[list[Event]]:
        """Film rollouts of a policy; delete the film if the run is stopped."""
        film = Film(self._result.folder.film_of(name), 1.0 / self.env.step_dt)
        try:
            yield [self._enter(f"Filming {Path(name).stem}")]
            while not self._stopping:
                ended = rollouts.step()
                film.add(draw(self.options.video), ended)
                if rollouts.done:
                    film.close()
                    break
                yield []
        finally:
            film.close(whole=False)

    # -- the end

    def _end(self, outcome: str) -> list[Event]:
        summary, output = self._result.finish(outcome)
        return self._finish(outcome, summary, output=output)


def check_evaluation(options: EvaluateOptions, env: "BatchedEnv | None" = None) -> None:
    """Check what can be checked before files are read.

    Raises:
        OptionError: An option cannot be used.
        PlatformError: What films need is not installed.
    """
    if not options.checkpoints:
        raise OptionError(
            "no policy was named", where="--checkpoints", remedy="Give checkpoints (.pth) or a run's folder."
        )
    check_options(options)
    if options.robust and env is not None:
        raise OptionError("needs environments of its own", where="--robust")
    if options.video > (env.num_envs if env else options.num_envs):
        raise OptionError("more rollouts side by side than environments", where="--video", remedy="Raise --num-envs.")
    if options.video:
        require(VIDEOS, where="--video")
    if options.video and choose_engine(options.physics) == "isaacsim":
        raise OptionError(
            "films are drawn without Isaac Sim",
            where="--video",
            remedy="Start mimic evaluate outside of it, with --resume if it was evaluated here.",
        )
