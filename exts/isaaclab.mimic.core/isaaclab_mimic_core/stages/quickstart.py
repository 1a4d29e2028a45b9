# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Annotate the sample demonstrations, generate new ones and write a report, all in one simulation."""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import MimicError, OptionError
from ..events import DemoSaved, Event, Progress, StageFinished, Warned
from ..files import check_folder
from ..options import AnnotateOptions, GenerateOptions, QuickstartOptions
from ..report import RunRecord
from ..sample import sample_of
from ..sim.engines.cameras import leave_out_cameras
from ..tasks import find_task
from .annotation.automatic import Annotate
from .files.input_task import with_task
from .files.output_check import check_output
from .generation.begin import sees
from .generation.examples import draw_examples
from .generation.generate import Generate
from .sim_stage import SimStage
from .stage import Steps

if TYPE_CHECKING:
    from ..envs import BatchedEnv

_DEFAULT_FOLDER = "outputs/quickstart"


class Quickstart(SimStage):
    """Runs a chain of stages in one environment, passes their events on, and writes a report."""

    name = "quickstart"
    options: QuickstartOptions

    def __init__(self, options: QuickstartOptions, env: "BatchedEnv | None" = None):
        options = with_task(options, options.input)
        super().__init__(options, env)
        self.folder = Path(options.output) if options.output else _free_folder(Path(_DEFAULT_FOLDER))
        self.source = options.input or str(sample_of(find_task(options.task)))
        self.annotated = str(self.folder / "annotated.hdf5")
        self.generated = str(self.folder / "generated.hdf5")
        check_folder(str(self.folder), "Give another --output.")
        check_output(self.generated)
        # Make both stages before anything is opened, so that all wrong inputs are found at once.
        # Annotation and generation share a scene, with the sizes that the file says.
        self.options = replace(options, object_scale="")
        with self._annotate() as stage:
            self.options = replace(options, object_scale=stage.options.object_scale)
        if options.object_scale not in ("", self.options.object_scale):
            raise OptionError(
                "quickstart generates with objects of the sizes that its demonstrations have",
                where="--object-scale",
                remedy="mimic annotate, and then mimic generate --object-scale",
            )
        Generate.check(self._generate_options())
        self._stage: Annotate | Generate | None = None
        self._record = RunRecord()
        self._phases: dict[str, float] = {}

    @property
    def progress(self) -> Progress | None:
        return self._stage.progress if self._stage else None

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
        return {"task": o.task, "num_envs": o.num_envs, **o.simulation}

    def run(self) -> Steps:
        from ..report import write_report

        yield self._started()
        with self._measured("open the simulation"):
            yield from self._open(None if sees(self._generate_options()) else leave_out_cameras)
        for make in (self._annotate, self._generate):
            ending, saved = yield from self._run_stage(make)
            if ending.outcome != "done" or not saved:
                return self._finish("gave_up" if ending.outcome == "done" else ending.outcome, ending.summary)
        yield [self._enter("Writing the report")]
        self._record.phases = dict(self._phases)
        with self._measured("report"):
            try:
                examples = draw_examples(self.env, self.generated, self.annotated)
            except MimicError as error:
                examples = []
                yield [Warned(f"The report has no thumbnails: {error}")]
            report = write_report(self.folder, self._record, Path(self.generated), Path(self.annotated), examples)
        return self._finish("done", self._summary(str(report)))

    def _run_stage(
        self, make: Callable[[], Annotate | Generate]
    ) -> Generator[list[Event], None, tuple[StageFinished, int]]:
        """Run one stage in our environments and pass its events on.

        Returns:
            Its last event, and how many demonstrations it has saved.
        """
        saved = 0
        with make() as stage, self._measured(stage.name):
            self._stage = stage
            events: list[Event] = []
            while not stage.done:
                if self._stopping:
                    stage.request("stop")
                events = stage.step()
                for event in events:
                    self._record.add(event)
                    saved += isinstance(event, DemoSaved)
                yield events
        self._stage = None
        return next(event for event in reversed(events) if isinstance(event, StageFinished)), saved

    @contextmanager
    def _measured(self, phase: str) -> Iterator[None]:
        """Measure how long a phase takes."""
        began = time.perf_counter()
        yield
        self._phases[phase] = round(time.perf_counter() - began, 2)

    def _summary(self, report: str) -> dict:
        return {
            "folder": str(self.folder),
            "annotated": self.annotated,
            "generated": self.generated,
            "report": report,
            "task": self.options.task,
            "phases": self._phases,
            **{key: self._record.summary.get(key) for key in ("saved", "attempts", "seconds")},
        }


def _free_folder(wished: Path) -> Path:
    """Return the folder, or the first numbered one beside it that does not exist, so that nothing is overwritten."""
    folder, number = wished, 1
    while folder.exists():
        number += 1
        folder = wished.with_name(f"{wished.name}-{number}")
    return folder
