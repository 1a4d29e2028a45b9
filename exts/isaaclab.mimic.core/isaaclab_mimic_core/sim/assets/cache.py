# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Build a folder once for all processes of a user."""

import fcntl
import os
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

from ...errors import OutputError


def cache_root() -> Path:
    """Return the product's cache folder: `$MIMIC_CACHE`, else `isaaclab-mimic` in the user's cache folder."""
    if explicit := os.environ.get("MIMIC_CACHE"):
        return Path(explicit).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "isaaclab-mimic"


def build_once(name: str, build: Callable[[Path], None], root: Path | None = None) -> Path:
    """Return the folder `name` of the cache, calling `build(folder)` first if it is not there yet.

    The folder is built under another name and renamed when it is complete, so a killed build leaves nothing that looks
    finished. Processes that ask at the same time wait for the first one; if that dies, the next one deletes its
    remains.

    Args:
        name: Name of the folder, with the recipe's version in it, so that a new recipe is a new folder.
        build: Fills the (empty, existing) folder it is given. The result must not contain the folder's own path.
        root: Where the cache is; `cache_root()` by default.

    Raises:
        OutputError: The cache folder cannot be written.
    """
    root = root or cache_root()
    finished = root / name
    if finished.is_dir():
        return finished
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock = (root / f".{name}.lock").open("w")
    except OSError as error:
        raise OutputError(
            f"the cache folder cannot be written ({error.strerror})",
            where=str(root),
            remedy="Set MIMIC_CACHE to a folder of yours.",
        ) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if finished.is_dir():
            return finished
        for remains in root.glob(f".{name}.build-*"):
            shutil.rmtree(remains, ignore_errors=True)
        workplace = root / f".{name}.build-{uuid.uuid4().hex[:8]}"
        workplace.mkdir()
        try:
            build(workplace)
            workplace.rename(finished)
        except BaseException:
            shutil.rmtree(workplace, ignore_errors=True)
            raise
    return finished
