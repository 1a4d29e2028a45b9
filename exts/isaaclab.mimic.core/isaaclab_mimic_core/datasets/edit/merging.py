# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Merge files of the same task and layout."""

import operator
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any

from ...errors import DatasetError, OptionError
from .. import layout
from ..check.validator import require_storable
from ..reader import DatasetReader
from .output import EditReport, Item, OnSaved, write

_Array = tuple[tuple[int, ...], str]
"""What must be equal in all demonstrations: the shape of a sample and numpy's kind of its values."""


def merge(
    paths: Sequence[str | os.PathLike[str]],
    output: str | os.PathLike[str] | None = None,
    *,
    force: bool = False,
    in_place: bool = False,
    overwrite: bool = False,
    on_saved: OnSaved | None = None,
    same_task: Callable[[str, str], bool] = operator.eq,
) -> EditReport:
    """Merge files in the given order, and renumber the demonstrations.

    Args:
        paths: The files, at least two.
        output: The file to write; None with `in_place`.
        force: Merge files of different tasks, too, under the first task's name; and files of different layouts, with
            the arrays that all have. Actions must have the same width.
        in_place: Add the other files to the first, in one atomic step at the end.
        overwrite: Whether an existing output may be replaced.
        on_saved: Called when a demonstration is on disk.
        same_task: Returns whether two names mean one task; `tasks.names.same_task` knows old names, too.

    Raises:
        OptionError: Fewer than two files, or the same file twice.
        DatasetError: The files cannot be merged; names what differs, and where.
        InputFileError: A file cannot be opened.
        OutputError: The output cannot be written.
    """
    if len(paths) < 2:
        raise OptionError("merging needs at least two files", remedy="mimic merge A B ... --output C")
    with ExitStack() as stack:
        readers = [stack.enter_context(DatasetReader(path)) for path in paths]
        _check_different(readers)
        notes = _check_tasks(readers, force, same_task)
        for reader in readers:
            require_storable(reader, reader.episode_names)
        common, left_out = _common_arrays(readers, force)
        if left_out:
            notes.append(f"left out, as not every demonstration has it: {', '.join(left_out)}")
        if old := [str(reader.path) for reader in readers if reader.legacy_quaternions]:
            # The reader reorders only root poses; other quaternions of an old file need `mimic convert`.
            raise DatasetError(
                "is of the older format with quaternions wxyz",
                where=old[0],
                remedy=f"Convert it first: mimic convert {old[0]} --output NEW",
            )

        def items() -> Iterator[Item]:
            for reader in readers:
                for name in reader.episode_names:
                    yield Item(str(reader.path), reader.read(name, common if left_out else None), {})

        entry: dict[str, Any] = {"inputs": [_input(reader) for reader in readers]}
        if left_out:
            entry["left_out"] = left_out
        target, kept = write(
            "merge",
            items(),
            sum(map(len, readers)),
            paths,
            output,
            env_args=readers[0].env_args,
            data_attrs=readers[0].data_attrs,
            entry=entry,
            in_place=in_place,
            overwrite=overwrite,
            on_saved=on_saved,
        )
    return EditReport("merge", target, kept, notes=tuple(notes))


def _input(reader: DatasetReader) -> dict[str, Any]:
    entry = {"file": os.path.basename(reader.path), "demos": len(reader)}
    if history := reader.data_attrs.get(layout.ATTR_PROVENANCE):
        entry[layout.ATTR_PROVENANCE] = history
    return entry


def _check_different(readers: Sequence[DatasetReader]) -> None:
    for number, reader in enumerate(readers):
        for other in readers[:number]:
            if os.path.samefile(reader.path, other.path):
                raise OptionError("is given twice", where=str(reader.path), remedy="Name each file once.")


def _check_tasks(readers: Sequence[DatasetReader], force: bool, same_task: Callable[[str, str], bool]) -> list[str]:
    first = readers[0]
    notes = []
    for reader in readers[1:]:
        if reader.env_args == first.env_args:
            continue
        named, kept = reader.env_name, first.env_name
        same = bool(named and kept) and same_task(named, kept)
        if same and {**reader.env_args, "env_name": kept} == first.env_args:
            notes.append(f"{reader.path} names the task {named}, which is {kept}")
            continue
        if same or named == kept:
            what = f"is of the same task as {first.path}, with other options (env_args)"
        else:
            what = f"is of the task {named or '(none stated)'}, {first.path} of {kept or '(none)'}"
        if not force:
            raise DatasetError(
                what,
                where=str(reader.path),
                remedy="Merge files of one task; a renamed task: mimic convert --task NAME; or insist: --force",
            )
        notes.append(f"{reader.path} {what}")
    return notes


def _common_arrays(readers: Sequence[DatasetReader], force: bool) -> tuple[list[str], list[str]]:
    """Return the paths of the arrays that all demonstrations have in the same layout, and the paths of the others."""
    first = readers[0]
    usual = _arrays(first, first.episode_names[0])
    common, everything = dict(usual), set(usual)
    for reader in readers:
        for name in reader.episode_names:
            arrays = _arrays(reader, name)
            if arrays == usual:
                continue
            path = next(path for path in [*usual, *arrays] if usual.get(path) != arrays.get(path))
            if not force or path == layout.ACTIONS:
                raise DatasetError(
                    f"has another layout than {first.path}, {first.episode_names[0]}: "
                    f"{path} {_described(arrays.get(path))}, there {_described(usual.get(path))}",
                    where=f"{reader.path}, {name}",
                    remedy="Such demonstrations cannot be used together."
                    if path == layout.ACTIONS
                    else "Bring them to one layout first (annotate them all?), or keep what all have: --force",
                )
            common = {path: kind for path, kind in common.items() if arrays.get(path) == kind}
            everything |= set(arrays)
    return list(common), sorted(everything - set(common))


def _arrays(reader: DatasetReader, name: str) -> dict[str, _Array]:
    shapes = reader.shapes(name)
    # Actions first: without them nothing else matters.
    paths = sorted(shapes, key=lambda path: (path != layout.ACTIONS, path))
    return {path: (shapes[path][0][1:], shapes[path][1].kind) for path in paths}


def _described(array: _Array | None) -> str:
    if array is None:
        return "is missing"
    return f"is {'x'.join(map(str, array[0])) or '1'} a sample ({layout.kind_name(array[1])})"
