# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Report and output folder of an export."""

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
"""Called after each demonstration with its name, the number exported so far and the number of all."""


@dataclass(frozen=True)
class ExportReport:
    """Result of an export."""

    format: str
    output: str
    """Path of the folder."""
    demos: int
    """Number of exported demonstrations."""
    samples: int
    """Number of exported samples; for videos, of frames."""
    files: tuple[str, ...] = ()
    """Names of the files in the folder, for formats with at least one file per demonstration."""
    notes: tuple[str, ...] = ()
    """Further information for the user, such as what is left out, as sentences."""

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return asdict(self)


@contextmanager
def new_folder(output: str | os.PathLike[str], overwrite: bool) -> Iterator[Path]:
    """Yield the path of a temporary folder, which becomes `output` at the end and is removed after an error.

    The caller makes the folder at this path.

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
