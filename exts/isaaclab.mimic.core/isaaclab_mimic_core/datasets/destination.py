# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Where what is made of other files goes: edits and imports lose neither an input nor an old output to an error."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from ..errors import MimicError, OutputError
from ..files import FileLock
from . import filesystem
from .writer import dataset_path, edit_path, leftover_paths, lock_path


@contextmanager
def destination(
    inputs: Sequence[Path],
    output: str | os.PathLike[str] | None,
    overwrite: bool,
    otherwise: str = "Give another --output.",
) -> Iterator[tuple[Path, Literal["create", "overwrite"]]]:
    """Yield the file to write and the writer's mode; `overwrite` says that a file is replaced at the end.

    An existing file (the first input, or an old output) stays unchanged until the new one is complete. A new output
    grows with each saved demonstration, and is removed if an input turns out to be wrong.

    Args:
        inputs: What is read.
        output: The file to write; None replaces the first input.
        overwrite: Whether an existing output may be replaced.
        otherwise: What to do if the output is an input.

    Raises:
        OutputError: The output is an input, or cannot be replaced.
    """
    if output is None:
        with _replacing(inputs[0], "Give another file: --output FILE") as made:
            yield made, "overwrite"
        return
    output = dataset_path(output)
    for path in inputs:
        if output.exists() and path.exists() and os.path.samefile(output, path):
            raise OutputError("this is an input", where=str(output), remedy=otherwise)
    if overwrite and output.is_file():
        with _replacing(output, "Give another --output.") as made:
            yield made, "overwrite"
        return
    existed = os.path.lexists(output)
    try:
        yield output, "create"
    except MimicError as error:
        if not existed and not isinstance(error, OutputError):
            output.unlink(missing_ok=True)
        raise


@contextmanager
def _replacing(path: Path, otherwise: str) -> Iterator[Path]:
    """Yield the path of a temporary file that replaces `path` at the end, unless there is an error."""
    target = Path(os.path.realpath(path))
    lock = FileLock(lock_path(target))
    try:
        lock.acquire()
    except BlockingIOError as error:
        raise OutputError(
            "another program is writing this file", where=str(path), remedy="Wait until it has finished."
        ) from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OutputError(f"cannot be written ({reason})", where=str(path), remedy=otherwise) from error
    made = edit_path(target)
    try:
        before = filesystem.identity(target)
        yield made
        if filesystem.identity(target) != before:
            raise OutputError("was changed by another program meanwhile", where=str(path), remedy="Try again.")
        try:
            os.chmod(made, target.stat().st_mode & 0o7777)
            os.replace(made, target)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise OutputError(f"could not be replaced ({reason})", where=str(path), remedy=otherwise) from error
    finally:
        for leftover in leftover_paths(target):
            leftover.unlink(missing_ok=True)
        lock.release()
