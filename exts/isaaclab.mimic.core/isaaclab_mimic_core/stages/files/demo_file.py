# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The dataset file that a stage writes."""

from collections.abc import Mapping
from typing import Self

from ...datasets import BackgroundWriter, DatasetWriter, Episode, FrameSpool
from ...datasets.async_writer import SavedEpisode
from ...datasets.encoding import EncodedEpisode
from ...events import DemoSaved
from .output_check import WritingMode


class DemoFile:
    """Writes demonstrations in the background and reports each once it is on disk; a context manager.

    Args:
        path: The file.
        env_args: robomimic's metadata of the environments, for the file.
        mode: `create`, `overwrite` or `append`.
        attrs: Attributes of its group `data` to write.
        wanted: Number of demonstrations asked for; 0 means no limit.
        saved: Number of demonstrations that are in it already.

    Raises:
        OutputError: The file cannot be written.
    """

    def __init__(
        self,
        path: str,
        env_args: dict,
        mode: WritingMode,
        attrs: Mapping | None = None,
        *,
        wanted: int = 0,
        saved: int = 0,
    ):
        self._writer = BackgroundWriter(DatasetWriter(path, env_args, mode=mode, attrs=attrs))
        self._wanted = wanted
        self.path = str(self._writer.path)
        self.saved = saved
        """Demonstrations that are on disk."""

    def spool(self) -> FrameSpool:
        """Return a spool that keeps camera images of running episodes beside the file."""
        return FrameSpool(self._writer)

    def submit(self, episode: Episode | EncodedEpisode) -> None:
        """Queue a demonstration for writing."""
        self._writer.submit(episode)

    def poll(self) -> list[DemoSaved]:
        """Return an event for each demonstration that has reached the disk since the last call."""
        return self._tell(self._writer.poll())

    def finish(self) -> list[DemoSaved]:
        """Wait until all are on disk and close the file; return the remaining events."""
        return self._tell(self._writer.finish())

    def _tell(self, written: list[SavedEpisode]) -> list[DemoSaved]:
        events = []
        for demo in written:
            self.saved += 1
            events.append(DemoSaved(demo.name, self.path, demo.num_samples, self.saved, self._wanted))
        return events

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error) -> None:
        self._writer.__exit__(*error)
