# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Evaluate policies with several workers.

A rollout is a function of the policy, the perturbation, the seed and its number. A round of the sweep is handed out as
a whole; what the next one is depends on all of its results. So the same rollouts are made as by one process.
"""

import json
from typing import Any

from ..errors import OptionError
from ..events import Event, Progress, StageFinished, Warned
from ..learning.perturb import NOMINAL, Variant
from ..learning.rollouts import Rollout
from ..options import EvaluateOptions
from ..stages.learning.evaluate import check_evaluation
from ..stages.learning.evaluation_folder import folder_of
from ..stages.learning.evaluation_result import EvaluationResult
from ..stages.learning.trained_task import with_trained_task
from .crew import Worker
from .hand_out import HandOut
from .shared_work import Arrived, SharedWork


class EvaluateShared(SharedWork):
    """Hands rollouts out to workers until the best policy and its success rate are known."""

    name = "evaluate"
    share = "isaaclab_mimic_core.stages.learning.evaluation_share:start"
    options: EvaluateOptions

    def __init__(self, options: EvaluateOptions):
        check_evaluation(options)
        options = with_trained_task(options)
        if options.video:
            raise OptionError(
                "films are drawn in one process",
                where="--video",
                remedy="Leave out --workers; or film afterwards, with --resume and without it.",
            )
        super().__init__(options, str(folder_of(options)))
        self._result = EvaluationResult(options)
        self._resources.callback(self._result.folder.release)
        self._items: list[tuple[Variant, str, int]] = []
        """What piece `k` is: a perturbation, a checkpoint and the number of a rollout."""
        self._last_items: set[int] = set()
        """The last rollout of each policy in its round."""
        self._is_over = self._has_begun = False

    @property
    def progress(self) -> Progress:
        return self._result.progress

    def snapshot(self) -> dict:
        return {**super().snapshot(), **self._result.shown}

    def _beginning(self) -> list[Event]:
        return [Warned(remark) for remark in self._result.remarks]

    def _is_over_already(self) -> bool:
        # Workers know which perturbations of what is seen can be made.
        return not self.options.robust and not self._result.sweep(NOMINAL).round()

    def _alike(self) -> tuple[str, ...]:
        return "physics", "assets", "ik", "num_envs", "variants"

    def _hand_out(self) -> HandOut:
        return HandOut(0, 0, lanes=self._block(self.options.num_rollouts, self.options.num_envs))

    def _welcome(self, worker: Worker) -> list[Event]:
        events = super()._welcome(worker)
        if not self._items:
            possible = worker.about["variants"]
            self._result.variants = [variant for variant in self._result.variants if variant.name in possible]
            self._extend()
        return events

    def _extend(self) -> None:
        """Find out which rollouts can be made next: a round of the sweep, or one of each perturbation."""
        before = len(self._items)
        for variant in self._result.variants:
            for name, numbers in self._result.sweep(variant).round():
                self._items += [(variant, name, number) for number in numbers]
                self._last_items.add(len(self._items) - 1)
            if variant is NOMINAL and len(self._items) > before:
                # It decides which policy is perturbed.
                break
        self._handed.extend(len(self._items))
        self._is_over = len(self._items) == before

    def _more_about(self, numbers: list[int]) -> dict[str, Any]:
        items = [self._items[number] for number in numbers]
        return {"rollouts": [(variant.name, name, number) for variant, name, number in items]}

    def _merge(self, piece: Arrived) -> list[Event]:
        variant, name, _ = self._items[piece.number]
        events: list[Event] = [self._result.add(variant, name, Rollout.from_row(json.loads(piece.path.read_text())))]
        if piece.number in self._last_items:
            events.append(self._result.evaluated(variant, name))
        if piece.number == len(self._items) - 1:
            self._extend()
        return events

    def _entry(self, piece: Arrived) -> dict[str, Any]:
        variant, name, number = self._items[piece.number]
        return {"checkpoint": name, "variant": variant.name, "rollout": number}

    def _poll(self) -> tuple[str, list[Event]]:
        if self._items and not self._has_begun:
            self._has_begun = True
            return "", [self._enter("Evaluating")]
        return ("done" if self._is_over else ""), []

    def _close(self, outcome: str) -> list[Event]:
        self._phase = outcome
        summary, output = self._result.finish(outcome)
        return [StageFinished(self.name, outcome, summary, output=output)]
