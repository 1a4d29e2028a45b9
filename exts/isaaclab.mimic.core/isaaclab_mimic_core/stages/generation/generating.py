# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What stages that generate have in common: one process, and a driver of several workers."""

from ...events import Event, Progress
from ..stage import Stage
from .result import GenerationResult
from .run_report import RunReport


class Generating(Stage):
    """Tells its progress, and writes the report after its last step; mix it in before the class that generates."""

    _result: GenerationResult
    _report: RunReport | None

    def step(self) -> list[Event]:
        """Step, and write the report after the last step."""
        events = super().step()
        return self._report.follow(events) if self._report else events

    @property
    def progress(self) -> Progress:
        return self._result.progress
