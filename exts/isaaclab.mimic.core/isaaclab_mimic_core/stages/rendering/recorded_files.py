# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Recorded states of any files of a task, put into open environments: no physics, so any sample is shown at once."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...datasets import DatasetReader, filesystem
from ...datasets.layout import ACTIONS, EEF_POSE, INITIAL_STATE, OBS, STATES, join
from ...errors import DatasetError
from ..files.input_task import task_of
from ..replay.recorded import check_fits, states_of, usable_recordings
from .state_pictures import show

if TYPE_CHECKING:
    from ...envs import BatchedEnv

_HAND = join(OBS, "eef_pos")
_KEPT = 16
"""Demonstrations that stay in memory."""


@dataclass(frozen=True)
class Moment:
    """A state of a recorded demonstration."""

    path: str
    """The file."""
    demo: str
    row: int
    """Before which sample; T is the state after all. Beyond the ends, the first or last one."""


@dataclass(frozen=True)
class Recorded:
    """A demonstration that has been read."""

    states: dict[str, np.ndarray]
    """As `states_of` returns them: (T + 1, ...) each."""
    hands: dict[str, np.ndarray]
    """End effector -> its positions before each sample, (T, 3) [m]; only those that the file states."""


class RecordedFiles:
    """Reads files of one task, each anew when another one is in its place: an open one would show what was there.

    Args:
        task: Id of the task.
        env: Environments of it.
    """

    def __init__(self, task: str, env: "BatchedEnv"):
        self._task, self._env = task, env
        self._readers: dict[str, tuple[tuple[int, ...] | None, DatasetReader]] = {}
        self._read: OrderedDict[tuple[str, str], Recorded] = OrderedDict()

    def reader(self, path: str) -> DatasetReader:
        """Return an open file.

        Raises:
            DatasetError: It is of another task.
            InputFileError: It cannot be opened.
        """
        now = filesystem.identity(Path(path))
        known = self._readers.get(path)
        if known is None or known[0] != now:
            self._forget(path)
            known = self._readers[path] = now, DatasetReader(path)
        if task_of(known[1]) != self._task:
            raise DatasetError("is of another task", where=path, remedy="Open it again.")
        return known[1]

    def get(self, path: str, demo: str) -> Recorded:
        """Return a demonstration.

        Raises:
            DatasetError: It cannot be read, has no states, or does not fit the environments.
        """
        reader = self.reader(path)
        if (path, demo) not in self._read:
            usable_recordings(reader, [demo], states=True)
            hands = [each for each in (EEF_POSE, _HAND) if reader.has(demo, each)][:1]
            episode = reader.read(demo, [ACTIONS, INITIAL_STATE, STATES, *hands])
            check_fits(episode, self._env, path)
            poses = {eef: values[:, :3, 3] for eef, values in episode.group(EEF_POSE).items()}
            if _HAND in episode.data and len(self._env.eef_names) == 1:
                poses = {self._env.eef_names[0]: episode.data[_HAND]}
            self._read[path, demo] = Recorded(states_of(episode, self._env), poses)
            if len(self._read) > _KEPT:
                self._read.popitem(last=False)
        self._read.move_to_end((path, demo))
        return self._read[path, demo]

    def show(self, moments: Sequence[Moment]) -> None:
        """Put states into the first environments, one in each.

        Raises:
            DatasetError: See `get`.
        """
        rows = []
        for moment in moments:
            states = self.get(moment.path, moment.demo).states
            rows.append({path: values[_clamped(moment.row, len(values))] for path, values in states.items()})
        show(self._env, {path: np.stack([each[path] for each in rows]) for path in rows[0]})

    def paths(self, moment: Moment) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Return the ways of the hands until a moment and from there on: end effector -> (N, 3) [m] each."""
        hands = self.get(moment.path, moment.demo).hands
        at = {eef: _clamped(moment.row, len(way)) for eef, way in hands.items()}
        return {eef: way[: at[eef] + 1] for eef, way in hands.items()}, {
            eef: way[at[eef] :] for eef, way in hands.items()
        }

    def close(self) -> None:
        """Close all files."""
        for path in list(self._readers):
            self._forget(path)

    def _forget(self, path: str) -> None:
        if path in self._readers:
            self._readers.pop(path)[1].close()
        for key in [key for key in self._read if key[0] == path]:
            del self._read[key]


def _clamped(row: int, count: int) -> int:
    return min(max(row, 0), count - 1)
