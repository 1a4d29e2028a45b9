# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Files that are whole or not there, and what tells one content from another."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .errors import OutputError


def write_atomically(path: Path, write: Callable[[Path], Any]) -> None:
    """Let `write` fill a file beside the target, and rename it: a kill leaves the old file or the new one.

    Raises:
        OutputError: It cannot be written.
    """
    beside = path.with_name(f".{path.name}.part")
    try:
        write(beside)
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise OutputError(
            f"cannot be written ({(error.strerror or str(error)).lower()})",
            where=str(path),
            remedy="Make room, then go on with --resume.",
        ) from error


def write_json(path: Path, content: Any) -> None:
    """Write plain data as JSON, atomically."""
    write_atomically(path, lambda beside: beside.write_text(json.dumps(content, indent=2) + "\n"))


def check_folder(path: str, remedy: str) -> None:
    """Check that a folder can be filled: that it is not there yet, or empty.

    Raises:
        OutputError: Something is there already.
    """
    folder = Path(path)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError("exists already and is not an empty folder", where=path, remedy=remedy)


def file_hash(path: str | os.PathLike[str]) -> str:
    """Return a file's SHA-256."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
