# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Annotate demonstrations with several workers, each demonstration in the environment in which one process would."""

from typing import Any

from ..events import Event, Progress, StageFinished, Warned
from ..options import AnnotateOptions
from ..stages.annotation.annotation_result import AnnotationResult
from ..stages.asked import read_episode
from ..stages.files.input_task import with_task
from ..stages.files.output_check import as_written
from .crew import Worker
from .hand_out import HandOut
from .shared_work import Arrived, SharedWork


class AnnotateShared(SharedWork):
    """Hands demonstrations out to workers, and saves those that they could annotate in the order of the input."""

    name = "annotate"
    share = "isaaclab_mimic_core.stages.annotation.share:start"
    options: AnnotateOptions

    def __init__(self, options: AnnotateOptions):
        options = with_task(as_written(options, "output"), options.input)
        super().__init__(options, options.output)
        self._result = AnnotationResult(options)
        self.options = self._result.options

    @property
    def progress(self) -> Progress:
        return self._result.progress

    def _beginning(self) -> list[Event]:
        return [Warned(remark) for remark in self._result.run.remarks]

    def _is_over_already(self) -> bool:
        return not self._result.episodes

    def _alike(self) -> tuple[str, ...]:
        return "physics", "assets", "ik", "num_envs", "misfits"

    def _hand_out(self) -> HandOut:
        return HandOut(0, 0, lanes=self._block(len(self._result.episodes), self.options.num_envs))

    def _share_options(self) -> dict[str, Any]:
        # The driver has compared the task; what is in its file already is not handed out.
        names = [episode.name for episode in self._result.episodes]
        return super()._share_options() | {"any_task": True, "names": names}

    def _welcome(self, worker: Worker) -> list[Event]:
        events = super()._welcome(worker)
        if self._result.file is not None:
            return events
        # They know which demonstrations are of another scene.
        self._result.leave_out(worker.about["misfits"])
        self._result.open(self._resources, worker.about["info"], worker.about["env_args"])
        self._handed.extend(len(self._result.episodes))
        count = len(self._result.episodes)
        return [*events, self._enter(f"Annotating {count} demonstrations"), *self._result.unusable()]

    def _merge(self, piece: Arrived) -> list[Event]:
        (told, strayed), kept = read_episode(piece.path)
        said = self._result.add(piece.number, told, kept, strayed)
        return [*said, *self._result.take()]

    def _entry(self, piece: Arrived) -> dict[str, Any]:
        return {"from": self._result.episodes[piece.number].name}

    def _poll(self) -> tuple[str, list[Event]]:
        if self._result.file is None:
            return "", []
        return ("done" if self._result.is_complete else ""), [*self._result.file.poll()]

    def _close(self, outcome: str) -> list[Event]:
        self._phase = outcome
        unusable = self._result.unusable() if self._is_over_already() else []
        events = [*unusable, *self._result.close(outcome)]
        return [*events, StageFinished(self.name, outcome, **self._result.finish())]
