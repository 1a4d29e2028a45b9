# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The report of an export, and its folder."""

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ...errors import OutputError

OnExported = Callable[[str, int, int], None]
"""Called after each demonstration: its name, how many so far, and of how many."""


@dataclass(frozen=True)
class ExportReport:
    """What an export has made."""

    format: str
    output: str
    """The folder."""
    demos: int
    samples: int
    files: tuple[str, ...] = ()
    """Files in the folder, if the export makes one for each demonstration."""
    notes: tuple[str, ...] = ()
    """What else the user should know, as sentences."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


@contextmanager
def new_folder(output: str | os.PathLike[str], overwrite: bool) -> Iterator[Path]:
    """Yield a name beside `output` for a folder that takes its place once it is complete; removed after an error.

    Raises:
        OutputError: The output exists and may not be replaced, or its parent cannot be written.
    """
    target = Path(output)
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        if not overwrite:
            raise OutputError("exists already", where=str(target), remedy="Give another --output, or --overwrite.")
        if not target.is_dir():
            raise OutputError("is a file, and a folder is to be made", where=str(target), remedy="Give another name.")
    made = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}")
    try:
        try:
            target.absolute().parent.mkdir(parents=True, exist_ok=True)
            yield made
            if target.exists():
                shutil.rmtree(target)
            os.replace(made, target)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise OutputError(
                f"cannot be written ({reason})", where=str(target), remedy="Free some space, or give another folder."
            ) from error
    finally:
        shutil.rmtree(made, ignore_errors=True)
