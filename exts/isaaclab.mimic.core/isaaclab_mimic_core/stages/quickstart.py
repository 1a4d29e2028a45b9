# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The main job in one go: annotate the sample demonstrations, generate new ones, report. One simulation serves all."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

from ..events import Event, StageFinished
from ..files import check_folder
from ..options import AnnotateOptions, GenerateOptions, QuickstartOptions
from .annotation.automatic import Annotate
from .files.output_check import check_output
from .generation.generate import Generate
from .sim_stage import SimStage

if TYPE_CHECKING:
    from ..envs import BatchedEnv

_SAMPLE = Path("data", "franka_stack", "demos.hdf5")
_BESIDE, _INSIDE = Path(__file__).parents[4] / _SAMPLE, Path(__file__).parents[2] / _SAMPLE
SAMPLE = _INSIDE if _INSIDE.is_file() else _BESIDE
"""Ten recorded demonstrations of the Franka three-cube stack; beside the extensions in a checkout and in the wheel,
inside this one if it came from a registry."""

_DEFAULT_FOLDER = "outputs/quickstart"


class Quickstart(SimStage):
    """A chain of stages in one environment; passes their events on and ends with a report of the whole."""

    name = "quickstart"
    options: QuickstartOptions

    def __init__(self, options: QuickstartOptions, env: "BatchedEnv | None" = None):
        super().__init__(options, env)
        from ..report import RunRecord

        self.folder = Path(options.output) if options.output else _free_folder(Path(_DEFAULT_FOLDER))
        self.source = options.input or str(SAMPLE)
        self.annotated = str(self.folder / "annotated.hdf5")
        self.generated = str(self.folder / "generated.hdf5")
        check_folder(str(self.folder), "Give another --output.")
        check_output(self.generated)
        # Both stages are made before anything is opened, so that all wrong inputs are found at once.
        self._plan = [self._annotate, self._generate]
        self._annotate().close()
        Generate.check(self._generate_options())
        self._stage: Annotate | Generate | None = None
        self._record = RunRecord()
        self._phase_started = time.perf_counter()
        self._phase_name = ""
        self._phases: dict[str, float] = {}

    def snapshot(self) -> dict:
        inner = self._stage.snapshot() if self._stage else {}
        return {**inner, **super().snapshot(), "phase": inner.get("phase", self._phase)}

    def _annotate(self) -> Annotate:
        options = AnnotateOptions(**self._common(), input=self.source, output=self.annotated)
        return Annotate(options, self._env)

    def _generate_options(self) -> GenerateOptions:
        return GenerateOptions(
            **self._common(), input=self.annotated, output=self.generated, num_demos=self.options.num_demos
        )

    def _generate(self) -> Generate:
        return Generate(self._generate_options(), self._env)

    def _common(self) -> dict:
        o = self.options
        return {
            "task": o.task,
            "num_envs": o.num_envs,
            "seed": o.seed,
            "device": o.device,
            "physics": o.physics,
            "assets": o.assets,
        }

    def _open(self) -> list[Event]:
        self._begin_phase("open the simulation")
        return super()._open()

    def _begin(self) -> list[Event]:
        self._next_stage()
        return []

    def _tick(self) -> list[Event]:
        if self._stage is None:
            return self._report()
        events = self._stage.step()
        for event in events:
            self._record.add(event)
        if not self._stage.done:
            return events
        self._stage.close()
        ending = next(event for event in reversed(events) if isinstance(event, StageFinished))
        if ending.outcome != "done" or (ending.stage == "annotate" and not ending.summary["annotated"]):
            return events + self._finish("gave_up" if ending.outcome == "done" else ending.outcome, ending.summary)
        if self._plan:
            self._next_stage()
            return events
        self._stage = None
        self._begin_phase("report")
        return [*events, self._enter("Writing the report")]

    def _next_stage(self) -> None:
        stage = self._plan.pop(0)()
        self._begin_phase(stage.name)
        self._stage = stage

    def _begin_phase(self, name: str) -> None:
        now = time.perf_counter()
        if self._phase_name:
            self._phases[self._phase_name] = round(now - self._phase_started, 2)
        self._phase_name, self._phase_started = name, now

    def _report(self) -> list[Event]:
        from ..report import write_report

        self._record.phases = dict(self._phases)
        report = write_report(self.folder, self._record, Path(self.generated), Path(self.annotated))
        self._begin_phase("")
        summary = {
            "folder": str(self.folder),
            "annotated": self.annotated,
            "generated": self.generated,
            "report": str(report),
            "phases": self._phases,
            **{key: self._record.summary.get(key) for key in ("saved", "attempts", "seconds")},
        }
        return self._finish("done", summary)

    def _stop(self) -> None:
        super()._stop()
        if self._stage is not None:
            self._stage.request("stop")

    def _release(self) -> None:
        if self._stage is not None:
            self._stage.close()
        super()._release()


def _free_folder(wished: Path) -> Path:
    """Return the folder, or the first numbered one beside it that does not exist: nothing is ever overwritten."""
    folder, number = wished, 1
    while folder.exists():
        number += 1
        folder = wished.with_name(f"{wished.name}-{number}")
    return folder
