# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A small real stage: counts steps, and saves what it has counted as one file a demonstration.

It takes the options of `generate`, so that whatever starts that stage can start this one
(`stages.create("counting_stage:CountingStage", options)`), and some of its own to misbehave with.
"""

import json
import os
import time
from pathlib import Path

from isaaclab_mimic_core.errors import DatasetError, OptionError
from isaaclab_mimic_core.events import (
    AttemptFinished,
    DemoSaved,
    Event,
    PhaseStarted,
    Progress,
    StageFinished,
    StageStarted,
    Warned,
)
from isaaclab_mimic_core.outcomes import FailureCause
from isaaclab_mimic_core.stages.stage import Stage, Steps


class CountingStage(Stage):
    """Save `num_demos` files in `output`, each after `steps_per_demo` steps; every third attempt fails.

    Args:
        output: Folder to write to.
        num_demos: How many to save; 0 for no limit.
        steps_per_demo: Steps that one attempt takes.
        step_seconds: How long one step works.
        period: Least time between two steps; 0 to run as fast as possible.
        trouble: How to misbehave, with the step at which to begin: `refuse` (a `MimicError` while being made),
            `error` (a `MimicError`), `defect` (another exception), `print` (writes to file descriptor 1, as native
            libraries do), `nonsense` (an event with a field of the wrong type), `die` (ends the process at once),
            `hang` (makes a file `hanging`, and then ignores everything for an hour).
        trouble_at: The step at which the trouble begins.
        others: Options of `generate` that mean nothing here; kept to be looked at.
    """

    name = "counting"

    def __init__(
        self,
        output: str,
        num_demos: int = 3,
        steps_per_demo: int = 5,
        step_seconds: float = 0.0,
        period: float = 0.0,
        trouble: str = "",
        trouble_at: int = 0,
        **others,
    ) -> None:
        super().__init__()
        if num_demos < 0:
            raise OptionError("must not be negative", where="num_demos", remedy="Give 0 for no limit.")
        if trouble == "refuse":
            raise OptionError("this cannot be done", where="trouble", remedy="Do something else.")
        self._folder = Path(output)
        self._wanted = num_demos
        self._steps_per_demo = steps_per_demo
        self._step_seconds = step_seconds
        self._period = period
        self._trouble = trouble
        self._trouble_at = trouble_at
        self._others = others
        self._started_at: float | None = None
        self._next_at = 0.0
        self._steps = self._attempts = self._saved = 0
        self.closed = False

    @property
    def due(self) -> float:
        return 0.0 if self._stopping else max(super().due, self._next_at)

    @property
    def progress(self) -> Progress:
        return Progress(self._saved, self._wanted, "demonstrations")

    def snapshot(self) -> dict:
        elapsed = time.monotonic() - self._started_at if self._started_at is not None else 0.0
        rate = self._saved / elapsed if elapsed > 0 else 0.0
        return {
            **super().snapshot(),
            "phase": "Counting" if self._started_at is not None else "Starting",
            "attempts": self._attempts,
            "success_rate": self._saved / self._attempts if self._attempts else 0.0,
            "steps": self._steps,
            "steps_per_second": self._steps / elapsed if elapsed > 0 else 0.0,
            "demos_per_minute": 60.0 * rate,
            "eta_s": (self._wanted - self._saved) / rate if rate > 0 and self._wanted else None,
            "elapsed_s": elapsed,
        }

    def run(self) -> Steps:
        self._started_at = time.monotonic()
        self._folder.mkdir(parents=True, exist_ok=True)
        yield [StageStarted(self.name, self._others), PhaseStarted("Counting")]
        while not self._stopping:
            time.sleep(self._step_seconds)
            self._next_at = time.monotonic() + self._period
            events = self._make_trouble() if self._steps == self._trouble_at else []
            self._steps += 1
            if self._steps % self._steps_per_demo == 0:
                events += self._end_attempt()
            if self._wanted and self._saved == self._wanted:
                return events + self._finish("done")
            yield events
        return self._finish("stopped")

    def _end_attempt(self) -> list[Event]:
        attempt = self._attempts
        self._attempts += 1
        if attempt % 3 == 2:
            return [
                AttemptFinished(attempt, 0, False, self._steps_per_demo, cause=FailureCause.DROPPED, subtask="hand/1")
            ]
        path = self._folder / f"demo_{self._saved}.json"
        draft = path.with_suffix(".part")
        draft.write_text(json.dumps({"attempt": attempt, "steps": self._steps_per_demo}))
        os.replace(draft, path)
        self._saved += 1
        return [
            AttemptFinished(attempt, 0, True, self._steps_per_demo),
            DemoSaved(path.stem, str(path), self._steps_per_demo, self._saved, self._wanted),
        ]

    def _finish(self, outcome: str) -> list[Event]:
        return [StageFinished(self.name, outcome, {"saved": self._saved, "attempts": self._attempts})]

    def _make_trouble(self) -> list[Event]:
        if self._trouble == "error":
            raise DatasetError("the fingers have run out", where="counting", remedy="Use toes.")
        if self._trouble == "defect":
            raise RuntimeError("counted wrongly")
        if self._trouble == "print":
            print("printed by Python")
            os.write(1, b'garbage from C, with no newline {"event": "DemoSaved"')
        if self._trouble == "nonsense":
            return [DemoSaved("demo", "path", "many", 1, 1)]  # pyright: ignore[reportArgumentType]
        if self._trouble == "die":
            os.write(2, b"these are my last words\n")
            os._exit(70)
        if self._trouble == "hang":
            (self._folder / "hanging").touch()
            time.sleep(3600.0)
        return [Warned("I misbehave")] if self._trouble else []

    def close(self) -> None:
        super().close()
        self.closed = True
        if self._folder.is_dir():
            (self._folder / "closed").write_text("yes")

    def _request(self, name: str, **arguments) -> None:
        if name == "expect":
            self._wanted = int(arguments["num_demos"])
        else:
            super()._request(name, **arguments)
