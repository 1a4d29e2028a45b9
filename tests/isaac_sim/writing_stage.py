# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A counting stage that writes real episodes, with the writer that generation has: beside what it does otherwise."""

import itertools
from pathlib import Path

from counting_stage import CountingStage

from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter
from isaaclab_mimic_core.datasets.async_writer import BackgroundWriter

SAMPLE = Path(__file__).parents[2] / "data" / "franka_stack" / "demos.hdf5"


class WritingStage(CountingStage):
    """Hands an episode over with each step; `submitted` in the output folder says how many."""

    def __init__(self, output: str, **others) -> None:
        super().__init__(output, num_demos=0, steps_per_demo=1_000_000, period=0.02)
        self._folder.mkdir(parents=True, exist_ok=True)
        with DatasetReader(SAMPLE) as reader:
            self._episodes = itertools.cycle([reader.read("demo_0"), reader.read("demo_1")])
            writer = DatasetWriter(self._folder / "demos.hdf5", reader.env_args)
        self._writer, self._submitted = BackgroundWriter(writer), 0

    def _advance(self):
        events = super()._advance()
        if not self.done:
            self._writer.submit(next(self._episodes))
            self._submitted += 1
            (self._folder / "submitted").write_text(str(self._submitted))
        return events

    def close(self) -> None:
        self._writer.close()
        super().close()


def check_file(output: Path) -> None:
    """See to it that the file holds all that was handed over, whole."""
    submitted = int((output / "submitted").read_text())
    with DatasetReader(output / "demos.hdf5") as reader:
        assert len(reader) == submitted > 1
        assert all(len(episode.data["actions"]) > 0 for episode in reader.episodes())
    assert (output / "closed").read_text() == "yes"
