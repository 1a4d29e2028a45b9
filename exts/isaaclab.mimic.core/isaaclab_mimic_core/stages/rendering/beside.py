# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The states of source demonstrations that a generated one was made from, in step with it."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ...datasets import DatasetReader
from ...datasets.check import as_error, usable
from ...datasets.layout import ACTIONS, INITIAL_STATE, STATES
from ...datasets.origin import Part, in_step, parts_of
from ...errors import DatasetError
from ..replay.recorded import check_fits, states_of

if TYPE_CHECKING:
    from ...envs import BatchedEnv

_KEPT = 16
"""Source demonstrations that stay in memory."""


class Sources:
    """Reads source demonstrations of a file.

    Args:
        path: The file.
    """

    def __init__(self, path: str):
        self.path = path
        self._reader = DatasetReader(path)
        self._checked: set[str] = set()
        self._states = lru_cache(_KEPT)(self._read)

    def parts(self, name: str, attrs: Mapping[str, Any]) -> dict[str, list[Part]]:
        """Return what each end effector's subtasks of a generated demonstration were made from.

        Args:
            name: Its name.
            attrs: Its attributes.

        Raises:
            DatasetError: It does not say, or its sources are not in the file, or have no states.
        """
        found = {eef: parts for eef, parts in parts_of(attrs).items() if parts}
        missing = [part for parts in found.values() for part in parts if part.segment is None]
        if not found or missing:
            raise DatasetError(
                "does not say what it was made from", where=name, remedy="Only mimic generate's do; leave --beside out."
            )
        for part in (part for parts in found.values() for part in parts):
            there = part.demo in self._reader.episode_names
            if not there or self._reader.num_samples(part.demo) < (part.segment or (0, 0))[1]:
                raise DatasetError(
                    f"has no {part.demo} from which {name} can have been made",
                    where=self.path,
                    remedy="Give the file that it was generated from.",
                )
            if part.demo not in self._checked:
                _, faulty = usable(self._reader, (INITIAL_STATE, STATES), [part.demo])
                if faulty:
                    raise as_error(faulty[part.demo], self._reader)
                self._checked.add(part.demo)
        return found

    def states(
        self, parts: Sequence[Part], samples: int, rows: slice | Sequence[int], env: "BatchedEnv"
    ) -> tuple[dict[str, np.ndarray], list[int]]:
        """Return states of sources by path, for some states of a generated demonstration, and the subtask of each.

        Args:
            parts: Its subtasks, of one end effector.
            samples: Its samples, T.
            rows: Which of its T + 1 states, in order.
            env: The environments that shall show them.
        """
        which, moments = (values[rows if isinstance(rows, slice) else list(rows)] for values in in_step(parts, samples))
        # One part after another: they do not mix.
        used = [(self._states(parts[index].demo, env), moments[which == index]) for index in np.unique(which)]
        return {path: np.concatenate([states[path][at] for states, at in used]) for path in used[0][0]}, which.tolist()

    def close(self) -> None:
        """Close the file."""
        self._reader.close()

    def _read(self, name: str, env: "BatchedEnv") -> dict[str, np.ndarray]:
        episode = self._reader.read(name, [ACTIONS, INITIAL_STATE, STATES])
        check_fits(episode, env, self.path)
        return states_of(episode, env)
