# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What importers have in common: how they write a file, and what they answer."""

import itertools
import os
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from . import layout
from .destination import destination
from .episode import Episode
from .writer import DatasetWriter, SavedEpisode, dataset_path

OnSaved = Callable[[str, int, int, int], None]
"""Called when a demonstration is on disk, with its name, its length, the number saved so far and the number of all."""


@dataclass(frozen=True)
class ImportReport:
    """Result of an import."""

    format: str
    output: str
    """Path of the file."""
    demos: int
    """Number of imported demonstrations."""
    samples: int
    """Number of imported samples."""
    notes: tuple[str, ...] = ()
    """Further information for the user, such as what is left out, as sentences."""

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return asdict(self)


def write_imported(
    episodes: Iterable[Episode],
    count: int,
    source: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    env_args: Mapping[str, Any],
    history: Mapping[str, Any],
    overwrite: bool,
    on_saved: OnSaved | None,
) -> tuple[str, list[SavedEpisode]]:
    """Write demonstrations one by one. If one turns out to be wrong, nothing is written, and an old output stays.

    Args:
        episodes: The demonstrations; an iterator that reads and checks each one only when it is written.
        count: Number of demonstrations.
        source: What is imported.
        output: The file to write.
        env_args: The output's `env_args`.
        history: The file's history.
        overwrite: Whether an existing output may be replaced.
        on_saved: Called when a demonstration is on disk; if a file is replaced, only after the replacement.

    Returns:
        Path of the written file, and its demonstrations.

    Raises:
        OutputError: The output exists, is the source, or cannot be written.
    """
    saved: list[SavedEpisode] = []

    def tell(number: int) -> None:
        if on_saved:
            on_saved(saved[number].name, saved[number].num_samples, number + 1, count)

    attrs = {layout.ATTR_PROVENANCE: history}
    with (
        destination([Path(source)], output, overwrite) as (path, mode),
        DatasetWriter(path, env_args, mode, attrs) as to,
    ):
        for number, episode in enumerate(episodes):
            to.add(episode)
            saved += to.commit()
            if mode == "create":
                tell(number)
    if mode == "overwrite":
        for number in range(len(saved)):
            tell(number)
    return str(dataset_path(output)), saved


def free_name(name: str, taken: Container[str]) -> str:
    """Return a name that is not taken yet: the given one, or with the first number from 2 that is free."""
    numbered = (f"{name}_{number}" for number in itertools.count(2))
    return name if name not in taken else next(each for each in numbered if each not in taken)
