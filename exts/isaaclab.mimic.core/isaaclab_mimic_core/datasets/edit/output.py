# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Write the result of an edit: to another file, or in place of the file in one atomic step."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ...errors import OptionError
from .. import layout
from ..async_writer import BackgroundWriter
from ..destination import destination
from ..episode import Episode
from ..writer import DatasetWriter, dataset_path

_MAX_PENDING = 4
"""Maximum number of demonstrations in memory; one with images may take 100 MB."""

OnSaved = Callable[["Kept", int, int], None]
"""Called when a demonstration is on disk, with the demonstration, the number saved so far and the number of all."""


@dataclass(frozen=True)
class Kept:
    """A demonstration in the output."""

    name: str
    """Name in the output."""
    file: str
    """File that it comes from."""
    source: str
    """Name in that file."""
    samples: int
    """Number of samples."""


@dataclass(frozen=True)
class EditReport:
    """Result of an edit."""

    by: str
    """Name of the edit: merge, select, drop or convert."""
    output: str
    """Path of the written file."""
    kept: tuple[Kept, ...]
    dropped: tuple[str, ...] = ()
    """Names of the demonstrations that were left out, for edits of a single file."""
    notes: tuple[str, ...] = ()
    """Further information for the user, as sentences."""

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return asdict(self)


@dataclass(frozen=True)
class Item:
    """A demonstration to write."""

    file: str
    """File that it comes from."""
    episode: Episode
    entry: Mapping[str, Any]
    """What to add to its history besides `by`, `file` and `from`."""


def write(
    by: str,
    items: Iterable[Item],
    count: int,
    inputs: Iterable[str | os.PathLike[str]],
    output: str | os.PathLike[str] | None,
    *,
    env_args: Mapping[str, Any],
    data_attrs: Mapping[str, Any],
    entry: Mapping[str, Any],
    in_place: bool = False,
    overwrite: bool = False,
    on_saved: OnSaved | None = None,
) -> tuple[str, tuple[Kept, ...]]:
    """Write demonstrations one by one and extend the history.

    Args:
        by: Name of the edit.
        items: The demonstrations; an iterator that reads each one only when it is written.
        count: Number of demonstrations.
        inputs: Files that are read; `in_place` replaces the first one.
        output: The file to write; None with `in_place`.
        env_args: The output's `env_args`.
        data_attrs: Attributes of the group `data` to keep.
        entry: What to add to the file's history besides `by`.
        in_place: Replace the first input.
        overwrite: Whether an existing output may be replaced.
        on_saved: Called when a demonstration is on disk; if a file is replaced, only after the replacement.

    Returns:
        Path of the written file, and its demonstrations.

    Raises:
        OptionError: Neither or both of `output` and `in_place` are given.
        OutputError: The output exists, is an input, or cannot be written.
    """
    inputs = [Path(path) for path in inputs]
    if in_place == (output is not None):
        raise OptionError(
            "say where the result goes", where="--output", remedy="Give either --output FILE or --in-place."
        )
    kept: list[Kept] = []
    wanted: list[Item] = []
    replaces = False

    def tell(saved: Iterable[Any]) -> None:
        for demo in saved:
            item = wanted.pop(0)
            kept.append(Kept(demo.name, item.file, item.episode.name, demo.num_samples))
            if on_saved and not replaces:
                on_saved(kept[-1], len(kept), count)

    with destination(inputs, output, overwrite, "Give another --output, or --in-place.") as (path, mode):
        replaces = mode == "overwrite"
        attrs = {key: value for key, value in data_attrs.items() if key not in _OWN_ATTRS}
        attrs[layout.ATTR_PROVENANCE] = _extended(data_attrs.get(layout.ATTR_PROVENANCE), {"by": by, **entry})
        with BackgroundWriter(DatasetWriter(path, env_args, mode, attrs), _MAX_PENDING) as writer:
            for item in items:
                # Later only its name is needed.
                wanted.append(Item(item.file, Episode({}, {}, item.episode.name), {}))
                writer.submit(_with_history(by, item))
                tell(writer.poll())
            tell(writer.finish())
    target = str(inputs[0] if output is None else dataset_path(output))
    if replaces and on_saved:
        for number, demo in enumerate(kept, 1):
            on_saved(demo, number, count)
    return target, tuple(kept)


_OWN_ATTRS = (layout.ATTR_TOTAL, layout.ATTR_ENV_ARGS, layout.ATTR_PROVENANCE)
"""Attributes of `data` that the writer or the edit sets itself."""


def _with_history(by: str, item: Item) -> Episode:
    entry = {"by": by, "file": os.path.basename(item.file), "from": item.episode.name, **item.entry}
    attrs = dict(item.episode.attrs)
    attrs[layout.ATTR_PROVENANCE] = _extended(attrs.get(layout.ATTR_PROVENANCE), entry)
    return Episode(item.episode.data, attrs, item.episode.name)


def _extended(history: Any, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return a history with one more edit. Keep a history that is not a JSON object under `before`."""
    known = dict(history) if isinstance(history, Mapping) else {} if history is None else {"before": history}
    edits = known.get(layout.EDITS)
    known[layout.EDITS] = [*(edits if isinstance(edits, list) else []), dict(entry)]
    return known
