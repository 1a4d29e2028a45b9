# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Check that outputs can be written before the work begins."""

import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ...datasets import dataset_path
from ...errors import OptionError, OutputError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

WritingMode = Literal["create", "append", "overwrite"]
"""How a dataset is opened for writing (see `DatasetWriter`)."""


def as_written[T: "DataclassInstance"](options: T, *names: str) -> T:
    """Return options in which dataset names have their suffix: `out` becomes `out.hdf5`."""
    given = {name: getattr(options, name) for name in names}
    return replace(options, **{name: str(dataset_path(path)) for name, path in given.items() if path})


def writing_mode(overwrite: bool, append: bool = False) -> WritingMode:
    """Return the dataset writer's mode for the two options.

    Raises:
        OptionError: Both were given.
    """
    if overwrite and append:
        raise OptionError("what is there is either replaced or added to", where="--overwrite", remedy="Leave one out.")
    return "overwrite" if overwrite else "append" if append else "create"


def check_output(path: str, mode: str = "create", source: str | None = None, option: str = "--output") -> None:
    """Check that a file can be made or extended, without leaving anything behind.

    Args:
        path: The file to be written.
        mode: The dataset writer's mode; `create` refuses an existing file.
        source: A file that is read while this one is written.
        option: The option that names it.

    Raises:
        OutputError: It cannot be written, or it exists and may not be replaced or extended.
    """
    target = Path(path)
    if target.is_dir():
        raise OutputError("this is a folder, not a file", where=path, remedy="Name a file in it.")
    if mode == "create" and target.exists():
        raise OutputError("the file exists already", where=path, remedy=f"Give another {option}, or --overwrite.")
    if source and target.exists() and os.path.exists(source) and os.path.samefile(path, source):
        raise OutputError("this is the input, which would be lost", where=path, remedy=f"Give another {option}.")
    folder = target.absolute().parent
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir():
        raise OutputError(f"{folder} is not a folder", where=path, remedy="Choose a folder of yours.")
    try:
        # Try to write: permissions are not enough, because even root cannot write to /proc or a read-only disk.
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OutputError(
            f"the folder {folder} cannot be written ({(error.strerror or str(error)).lower()})",
            where=path,
            remedy="Choose a folder of yours.",
        ) from error
