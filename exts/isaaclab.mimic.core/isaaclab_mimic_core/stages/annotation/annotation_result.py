# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Which demonstrations are annotated, and the file of those that were; whoever replays them."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...datasets import DatasetReader, Episode
from ...datasets.encoding import EncodedEpisode
from ...datasets.layout import ACTIONS, INITIAL_STATE
from ...events import EpisodeAnnotated, Event, Progress, Warned
from ...options import AnnotateOptions
from ..files.demo_file import DemoFile
from ..files.in_order import InOrder
from ..files.input_task import check_task
from ..files.made_with import recorded_scale
from ..files.output_check import check_output, writing_mode
from ..files.resume import DatasetRun, earlier_annotation, manifest_of
from ..replay.recorded import usable_recordings

if TYPE_CHECKING:
    from ...envs import BatchedEnv


class AnnotationResult:
    """Saves annotated demonstrations in the order of the input file.

    Args:
        options: Those of the annotation; object sizes that they leave open are those of the file.
        env: Environments that are open already.

    Raises:
        MimicError: The file cannot be annotated, or an option cannot be used.
    """

    def __init__(self, options: AnnotateOptions, env: "BatchedEnv | None" = None):
        with DatasetReader(options.input) as reader:
            check_task(reader, options.task, options.any_task)
            names, self._unusable = usable_recordings(reader)
            scale = options.object_scale or recorded_scale(reader, names)
            episodes = [reader.read(name, (ACTIONS, INITIAL_STATE)) for name in names]
            self.of, self.old = len(reader.episode_names), reader.legacy_quaternions
        self.options = options = replace(options, object_scale=scale)
        mode = writing_mode(options.overwrite, options.resume)
        check_output(options.output, mode, options.input)
        earlier = earlier_annotation(options.output, options.input) if options.resume else None
        self.run = DatasetRun(manifest_of("annotate", options, {}, env=env), options, mode, earlier)
        self.episodes = [episode for episode in episodes if episode.name not in self.run.done]
        """Demonstrations to annotate."""
        self._judged: InOrder[tuple[EpisodeAnnotated, Episode | EncodedEpisode | None]] = InOrder()
        self._from_states = 0
        self.file: DemoFile | None = None

    @property
    def progress(self) -> Progress:
        judged = self._judged.taken + self._judged.waiting
        return Progress(self.of - len(self.episodes) + judged, self.of, "demonstrations")

    @property
    def is_complete(self) -> bool:
        return self._judged.taken == len(self.episodes)

    def leave_out(self, misfits: Mapping[str, str]) -> None:
        """Leave out demonstrations, each with its reason."""
        self._unusable |= misfits
        self.episodes = [episode for episode in self.episodes if episode.name not in misfits]

    def unusable(self) -> list[Event]:
        """Return an event for each demonstration that cannot be annotated."""
        return [EpisodeAnnotated(name, False, {}, reason) for name, reason in self._unusable.items()]

    def open(self, resources: ExitStack, info: dict[str, Any], env_args: dict[str, Any]) -> DemoFile:
        """Open the output, of environments that say this of themselves."""
        self.file = resources.enter_context(self.run.open_file(info, env_args, wanted=self.of))
        return self.file

    def add(
        self,
        index: int,
        told: EpisodeAnnotated,
        kept: Episode | EncodedEpisode | None,
        strayed: str = "",
    ) -> list[Event]:
        """Add what came of a demonstration, and return what is to be said at once.

        Args:
            index: Its place in `episodes`.
            told: What came of it.
            kept: What is saved of it.
            strayed: Why it did not succeed when it was played again, if it was read from its states.
        """
        self._judged.put(index, (told, kept))
        if kept is None or not strayed:
            return []
        self._from_states += 1
        return [Warned(f"{told.name} is taken from its recorded states: {strayed}.")]

    def give_up(self, index: int) -> None:
        """Let the others no longer wait for a demonstration; it can be annotated when the run is resumed."""
        self._judged.skip(index)

    def take(self) -> list[Event]:
        """Save and report what is ready, in the order of the input file."""
        assert self.file is not None
        events: list[Event] = []
        for event, episode in self._judged.take():
            if episode is not None:
                self.file.submit(episode)
            events.append(event)
        return events

    def close(self, outcome: str) -> list[Event]:
        """Close the output; return the events about it."""
        if self.file is None:
            return []
        events: list[Event] = [*self.file.finish()]
        if outcome == "done" and self.file.saved == 0:
            events.append(Warned("No demonstration could be annotated; the reasons are above."))
        return events

    def finish(self) -> dict[str, Any]:
        """Return what the last event says: `summary`, `output`, `findings` and `results`."""
        saved, output = self.file.saved if self.file else self.run.saved, self.options.output
        return {
            "summary": {"output": output, "annotated": saved, "of": self.of},
            "output": output if saved else "",
            "findings": self.of - saved,
            "results": [
                f"{saved} of {self.of} demonstrations annotated"
                + (f", {self._from_states} from their recorded states" if self._from_states else "")
            ],
        }
