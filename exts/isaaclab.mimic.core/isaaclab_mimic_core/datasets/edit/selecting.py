# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Keep some demonstrations of a file, or leave some out."""

import os
from collections.abc import Collection, Iterator
from typing import Any

from ...errors import LOOK_INTO, OptionError, Remedy
from ..check.validator import require_storable
from ..reader import DatasetReader
from .output import EditReport, Item, OnSaved, write


def select(
    path: str | os.PathLike[str],
    names: Collection[str],
    output: str | os.PathLike[str] | None = None,
    *,
    in_place: bool = False,
    overwrite: bool = False,
    on_saved: OnSaved | None = None,
) -> EditReport:
    """Keep these demonstrations, in the file's order, and renumber them.

    Args:
        path: The file.
        names: Demonstrations to keep; `selection.select_names` finds them by conditions.
        output: The file to write; None with `in_place`.
        in_place: Replace the file itself, in one atomic step at the end.
        overwrite: Whether an existing output may be replaced.
        on_saved: Called when a demonstration is on disk.

    Raises:
        OptionError: No demonstration would be left, or a name is not in the file.
        DatasetError: A demonstration to keep has no actions, or an array that is damaged or not numeric.
        InputFileError: The file cannot be opened.
        OutputError: The output cannot be written.
    """
    return _keep("select", path, names, output, in_place, overwrite, on_saved)


def drop(
    path: str | os.PathLike[str],
    names: Collection[str],
    output: str | os.PathLike[str] | None = None,
    *,
    in_place: bool = False,
    overwrite: bool = False,
    on_saved: OnSaved | None = None,
) -> EditReport:
    """Leave these demonstrations out; arguments and errors as for `select`."""
    with DatasetReader(path) as reader:
        _check_names(reader, names)
        kept = [name for name in reader.episode_names if name not in set(names)]
    return _keep("drop", path, kept, output, in_place, overwrite, on_saved)


def _keep(
    by: str,
    path: str | os.PathLike[str],
    names: Collection[str],
    output: str | os.PathLike[str] | None,
    in_place: bool,
    overwrite: bool,
    on_saved: OnSaved | None,
) -> EditReport:
    with DatasetReader(path) as reader:
        _check_names(reader, names)
        kept = [name for name in reader.episode_names if name in set(names)]
        dropped = tuple(name for name in reader.episode_names if name not in set(names))
        if not kept:
            raise OptionError("no demonstration would be left", where=str(path), remedy="Ask for fewer or others.")
        require_storable(reader, kept)
        entry: dict[str, Any] = {"file": os.path.basename(path), "of": len(reader), "dropped": list(dropped)}

        def items() -> Iterator[Item]:
            for name in kept:
                yield Item(str(path), reader.read(name), {})

        target, done = write(
            by,
            items(),
            len(kept),
            [path],
            output,
            env_args=reader.env_args,
            data_attrs=reader.data_attrs,
            entry=entry,
            in_place=in_place,
            overwrite=overwrite,
            on_saved=on_saved,
        )
    return EditReport(by, target, done, dropped)


def _check_names(reader: DatasetReader, names: Collection[str]) -> None:
    for name in names:
        if name not in reader.episode_names:
            raise OptionError(
                f"there is no demonstration {name!r}",
                where=str(reader.path),
                remedy=Remedy(f"See: mimic info {reader.path}", LOOK_INTO),
            )
