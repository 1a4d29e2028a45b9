# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Replay demonstrations with several workers, each demonstration in the environment in which one process would."""

import json
from typing import Any

from ..events import EpisodeReplayed, Event, Progress, StageFinished
from ..options import ReplayOptions
from ..stages.replay.replay_result import ReplayResult
from .hand_out import HandOut
from .shared_work import Arrived, SharedWork


class ReplayShared(SharedWork):
    """Hands demonstrations out to workers, and tells their verdicts in the order of the file."""

    name = "replay"
    share = "isaaclab_mimic_core.stages.replay.share:start"
    remedy = "Verdicts are not kept; start it again."
    options: ReplayOptions

    def __init__(self, options: ReplayOptions):
        self._result = ReplayResult(options)
        super().__init__(self._result.options, options.drop_failed)
        self._info: dict[str, Any] = {}

    @property
    def progress(self) -> Progress:
        return self._result.progress

    def snapshot(self) -> dict:
        return {**super().snapshot(), "replayed": self._result.replayed}

    def _beginning(self) -> list[Event]:
        return self._result.skipped()

    def _alike(self) -> tuple[str, ...]:
        return "physics", "assets", "ik", "num_envs"

    def _hand_out(self) -> HandOut:
        count = len(self._result.names)
        return HandOut(0, count, lanes=self._block(count, self.options.num_envs))

    def _share_options(self) -> dict[str, Any]:
        # The driver has compared the task, and drops.
        return super()._share_options() | {"drop_failed": "", "any_task": True}

    def _merge(self, piece: Arrived) -> list[Event]:
        self._info = piece.about["info"]
        self._result.add(piece.number, EpisodeReplayed(**json.loads(piece.path.read_text())))
        return self._result.take()

    def _poll(self) -> tuple[str, list[Event]]:
        if not self._result.is_complete:
            return "", []
        return "done", self._result.drop_failed()

    def _close(self, outcome: str) -> list[Event]:
        self._phase = outcome
        return [StageFinished(self.name, outcome, **self._result.finish(self._info, self.options.num_envs))]
