# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Which demonstrations are replayed, and what came of it; whoever replays them, one process or several workers."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...datasets import DatasetReader
from ...datasets.check import usable
from ...datasets.edit import Selection, drop, select_names
from ...datasets.layout import ACTIONS, INITIAL_STATE, STATES
from ...events import EpisodeReplayed, EpisodeSkipped, Event, Progress, Warned
from ...option import check_options
from ...options import ReplayOptions
from ..files.in_order import InOrder
from ..files.input_task import check_task, with_task
from ..files.made_with import recorded_scale
from ..files.output_check import as_written, check_output
from .as_made import as_it_was_made
from .recorded import usable_recordings

if TYPE_CHECKING:
    from ...envs import BatchedEnv

_INFO = ("task", "physics", "assets", "ik", "device")


class ReplayResult:
    """The demonstrations of a file, and their verdicts in the order of the file.

    Args:
        options: Those of the replay; what they leave open is filled in with what the file was made with.
        env: Environments that are open already.

    Raises:
        MimicError: The file cannot be replayed, or an option cannot be used.
    """

    def __init__(self, options: ReplayOptions, env: "BatchedEnv | None" = None):
        options = with_task(as_written(options, "drop_failed"), options.input)
        check_options(options)
        if options.drop_failed:
            mode = "overwrite" if options.overwrite else "create"
            check_output(options.drop_failed, mode, options.input)
        names = select_names(options.input, Selection(demos=options.episodes))
        with DatasetReader(options.input) as reader:
            check_task(reader, options.task, options.any_task)
            self.names, self._skipped = usable_recordings(reader, names, states=options.by != "actions")
            self.compares = True
            """Whether there are recorded states to compare with."""
            if options.by == "actions":
                compared, others = usable(reader, (INITIAL_STATE, STATES), self.names)
                # Without states of all there is nothing to compare with; states that are faulty are.
                self.compares = not any(finding.check == "missing" for finding in others.values())
                if self.compares and compared:
                    self.names = compared
                    self._skipped |= {name: finding.message for name, finding in others.items()}
            options = replace(options, object_scale=options.object_scale or recorded_scale(reader, self.names))
            attrs = [reader.attrs(name) for name in self.names]
            self.lengths = [reader.shapes(name)[ACTIONS][0][0] for name in self.names]
            """Steps of each demonstration."""
            self._count = len(reader.episode_names)
            self.options, self.places = as_it_was_made(options, reader.data_attrs.get("mimic"), attrs, env)
        self.verdicts: list[EpisodeReplayed] = []
        self._judged: InOrder[EpisodeReplayed] = InOrder()
        self._written = ""

    @property
    def progress(self) -> Progress:
        return Progress(len(self.verdicts), len(self.names), "demonstrations")

    @property
    def is_complete(self) -> bool:
        return len(self.verdicts) == len(self.names)

    @property
    def replayed(self) -> int:
        """Demonstrations that fulfil the task again."""
        return sum(verdict.success for verdict in self.verdicts)

    def skipped(self) -> list[Event]:
        """Return an event for each demonstration that cannot be replayed."""
        return [EpisodeSkipped(name, reason) for name, reason in self._skipped.items()]

    def add(self, index: int, verdict: EpisodeReplayed) -> None:
        """Add a demonstration's verdict; `index` is its place in `names`."""
        self._judged.put(index, verdict)

    def take(self) -> list[Event]:
        """Return the verdicts that come next in the order of the file."""
        self.verdicts += (told := self._judged.take())
        return [*told]

    def drop_failed(self) -> list[Event]:
        """Write a file without the demonstrations that failed or were skipped, if that is asked for."""
        options, failed = self.options, [*self._failed, *self._skipped]
        if not options.drop_failed:
            return []
        if len(failed) == self._count:
            return [Warned(f"No demonstration replays, so {options.drop_failed} is not written.")]
        drop(options.input, failed, options.drop_failed, overwrite=options.overwrite)
        self._written = options.drop_failed
        return []

    def finish(self, info: dict[str, Any], num_envs: int) -> dict[str, Any]:
        """Return what the last event says: `summary`, `output`, `findings` and `results`.

        Args:
            info: Of the environments.
            num_envs: Number of environments.
        """
        verdicts, failed = self.verdicts, self._failed
        exact = [v for v in verdicts if v.joints_apart == v.objects_apart == v.objects_turned == 0.0]
        of = len(self.names) + len(self._skipped)
        summary: dict[str, Any] = {
            "input": self.options.input,
            "by": self.options.by,
            "of": of,
            "replayed": self.replayed,
            "at_last_action": sum(verdict.at_last_action for verdict in verdicts),
            "exact": len(exact),
            "failed": failed,
            "skipped": list(self._skipped),
            "findings": len(self._skipped) + (len(failed) if self.options.validate else 0),
            "num_envs": num_envs,
            **{key: info[key] for key in _INFO if key in info},
        }
        if self._written:
            summary["output"] = self._written
        line = f"{self.replayed} of {of} fulfil the task, {len(exact)} repeat to the bit"
        for what, names in (("failed", failed), ("skipped", list(self._skipped))):
            line += f"; {what}: {', '.join(names)}" if names else ""
        return {"summary": summary, "output": self._written, "findings": summary["findings"], "results": [line]}

    @property
    def _failed(self) -> list[str]:
        return [verdict.name for verdict in self.verdicts if not verdict.success]
