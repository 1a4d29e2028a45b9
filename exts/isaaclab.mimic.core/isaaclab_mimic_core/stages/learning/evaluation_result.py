# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What an evaluation knows of policies so far; whoever makes the rollouts, one process or several workers."""

from typing import TYPE_CHECKING, Any

from ...events import AttemptFinished, PolicyEvaluated, Progress
from ...learning.learners import find_learner
from ...learning.perturb import NOMINAL, VARIANTS, Variant
from ...learning.results import summarise
from ...learning.rollouts import Rollout
from ...learning.sweep import Sweep
from ...options import EvaluateOptions
from .evaluation_folder import EvaluationFolder, find_checkpoints

if TYPE_CHECKING:
    from ...envs import BatchedEnv

_EVALUATED = ("checkpoint", "success", "ever", "rollouts", "low", "high", "variant")


class EvaluationResult:
    """Counts rollouts, keeps them in the evaluation's folder, and says which policy is the best.

    Args:
        options: The evaluation's.
        env: Environments that are open already.
        keeps_files: Whether there is a folder; without one nothing is written.

    Raises:
        MimicError: As for `EvaluationFolder`, and its `prepare`.
    """

    def __init__(self, options: EvaluateOptions, env: "BatchedEnv | None" = None, keeps_files: bool = True):
        self._options, self._keeps_files = options, keeps_files
        self.names = [str(path) for path in find_checkpoints(options.checkpoints)[1]]
        """The checkpoints."""
        # Perturbations that need no new environments come first.
        perturbed = sorted(VARIANTS, key=lambda variant: variant.configure is not None)
        self.variants = [NOMINAL, *perturbed] if options.robust else [NOMINAL]
        self.sweeps: dict[str, Sweep] = {}
        """What each variant has been evaluated on so far, by its name."""
        packages = dict.fromkeys(each for name in self.names for each in find_learner(options.learner, name).packages)
        self.folder = EvaluationFolder(options, env, tuple(packages))
        self.remarks: list[str] = []
        """Warnings for the user."""
        self.current: tuple[Variant, str] | None = None
        """What the last rollout was of, or the next one will be: a variant and a checkpoint."""
        self._finished = self._succeeded = 0
        if keeps_files:
            found, self.remarks = self.folder.prepare(options.resume)
            self._take_over(found)

    @property
    def progress(self) -> Progress:
        """Rollouts of the current policy."""
        done = self.sweep(self.current[0]).results.get(self.current[1], ()) if self.current else ()
        return Progress(len(done), self._options.num_rollouts, "rollouts")

    @property
    def shown(self) -> dict[str, Any]:
        """What a snapshot says of it."""
        return {
            "attempts": self._finished,
            "success_rate": self._succeeded / self._finished if self._finished else 0.0,
            "checkpoint": self.current[1] if self.current else "",
        }

    def sweep(self, variant: Variant) -> Sweep:
        """Return the sweep of a variant: over all policies without a perturbation, over the best one with one."""
        if variant.name not in self.sweeps:
            names = self.names if variant is NOMINAL else [self.sweep(NOMINAL).best()]
            o = self._options
            self.sweeps[variant.name] = Sweep(names, o.num_rollouts, o.first_rollouts, o.half_width)
        return self.sweeps[variant.name]

    def add(self, variant: Variant, name: str, rollout: Rollout) -> AttemptFinished:
        """Count a rollout that has ended, and log it."""
        self.current = variant, name
        self.sweep(variant).add(name, rollout)
        self._finished += 1
        self._succeeded += rollout.success
        if self._keeps_files:
            self.folder.add({"checkpoint": name, "variant": variant.name, **rollout.row()})
        return AttemptFinished.of(rollout)

    def evaluated(self, variant: Variant, name: str) -> PolicyEvaluated:
        """Return the event that a policy has been measured."""
        found = self._summary(variant, name)
        return PolicyEvaluated(**{field: found[field] for field in _EVALUATED})

    def finish(self, outcome: str) -> tuple[dict[str, Any], str]:
        """Return the summary and the output; if all is done, write the results."""
        results = [
            self._summary(variant, name)
            for variant in self.variants
            if variant.name in self.sweeps
            for name in self.sweep(variant).ranking()
            if self.sweep(variant).results[name]
        ]
        summary: dict[str, Any] = {"results": results}
        output = ""
        if outcome == "done":
            best = summary["best"] = self.sweep(NOMINAL).best()
            if self._keeps_files:
                output = summary["output"] = str(self.folder.path)
                self.folder.write_results(results, best)
        return summary, output

    def _summary(self, variant: Variant, name: str) -> dict[str, Any]:
        return summarise(name, variant.name, self.sweep(variant).results[name].values())

    def _take_over(self, found: list[dict]) -> None:
        """Load the rollouts of the run that is resumed."""
        # Results of the unchanged task come first, because they decide which policy is perturbed.
        for variant in self.variants:
            for line in found:
                if line["variant"] == variant.name and line["checkpoint"] in self.sweep(variant).results:
                    fields = {key: value for key, value in line.items() if key not in ("checkpoint", "variant")}
                    self.sweep(variant).add(line["checkpoint"], Rollout.from_row(fields))
