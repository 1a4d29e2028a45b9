# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Train in several processes of this machine, which torch's launcher starts; one per GPU, or several on the CPU."""

import math
import time
from dataclasses import asdict, replace
from typing import Any

from ..errors import OptionError
from ..events import Event, PhaseStarted, Progress, StageFailed, StageFinished, StageStarted
from ..learning.ranks import Ranks
from ..option import check_options
from ..options import TrainOptions
from ..remote.process_client import as_error
from ..remote.worker_client import WorkerClient
from ..sim.visualizers import check_visualizer
from ..stages.files.input_task import with_task
from ..stages.learning.train import Train, plan_training, request_of
from ..stages.stage import Stage, Steps

_PERIOD = 0.03
"""Time between two looks at the processes [s]."""
_LEAVING = 10.0
"""How long the processes may take to end after a stop [s]."""


def start(options: TrainOptions) -> Stage:
    """Return the stage for so many processes; 0: as there are GPUs."""
    if Ranks.launched() is not None:
        # It says that they are started already.
        return Train(options)
    import torch

    check_options(options)
    count = options.processes or max(1, torch.cuda.device_count() if options.device != "cpu" else 1)
    options = replace(options, processes=count)
    return Train(options) if count == 1 else TrainInProcesses(options)


class TrainInProcesses(Stage):
    """Shows what the first of several processes says, whose stage is `Train`, and passes requests on to it.

    Raises:
        MimicError: The training cannot begin.
    """

    name = "train"

    def __init__(self, options: TrainOptions):
        super().__init__()
        check_visualizer(options.viz)
        if options.viz != "none":
            raise OptionError("several processes show no live view", where=f"--viz {options.viz}")
        options = with_task(options, options.dataset)
        ranks = Ranks(0, options.processes, 0, options.processes)
        # The same checks as in the processes, which take seconds to start.
        plan = plan_training(options, request_of(options, ranks))
        self.options, self._epochs = options, plan.epochs
        self._client: WorkerClient | None = None

    @property
    def due(self) -> float:
        return time.monotonic() + _PERIOD if self._client is not None or self.paused else 0.0

    @property
    def progress(self) -> Progress:
        return self._shown.get("progress") or Progress(0, self._epochs, "epochs")

    @property
    def _shown(self) -> dict:
        return self._client.snapshot() if self._client is not None else {}

    def snapshot(self) -> dict:
        return {**self._shown, **super().snapshot()}

    def request(self, name: str, **arguments: Any) -> None:
        if self._client is not None:
            self._client.request(name, **arguments)
        elif name in ("pause", "resume", "stop"):
            # They are not started yet, and will not be before a `resume`, or at all.
            super().request(name)

    def run(self) -> Steps:
        if self._stopping:
            return [StageFinished(self.name, "stopped")]
        yield [
            StageStarted(self.name, asdict(self.options)),
            PhaseStarted(f"Starting {self.options.processes} processes"),
        ]
        launcher = ("isaaclab_mimic_core.remote.launch", str(self.options.processes))
        if self._stopping:
            return [StageFinished(self.name, "stopped")]
        told = asdict(replace(self.options, processes=1))
        self._client = client = WorkerClient(self.name, told, launcher=launcher)
        self._resources.callback(client.close)
        failed: StageFailed | None = None
        stopped: list[Event] = []
        ended, until = False, math.inf
        while not ended and time.monotonic() < until:
            # Looked at before the events, so that none is missed.
            ended = client.has_ended
            events = [each for each in client.poll() if not isinstance(each, StageStarted)]
            # The last failure is the launcher's, which knows which process was the first to fail.
            failed = next((each for each in reversed(events) if isinstance(each, StageFailed)), failed)
            events = [each for each in events if not isinstance(each, StageFailed)]
            if events and isinstance(last := events[-1], StageFinished):
                if last.outcome != "stopped":
                    return events
                # Asked to, or because another process has failed, which the launcher says once all have ended.
                stopped, events, until = events, [], time.monotonic() + _LEAVING
            yield events
        if stopped and failed is None:
            return stopped
        raise as_error(failed or StageFailed("The processes have ended without a word."))
