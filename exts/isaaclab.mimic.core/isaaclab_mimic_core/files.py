# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Write files atomically, hash their contents, and lock them."""

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .errors import OutputError

_LOCK_UNSUPPORTED = {errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP}
_FOLDER_LOCK = ".lock"
"""The lock file of a run's folder; one that a killed run has left locks nothing."""
_PART = re.compile(r"\..+\.part(\.\w+)?")
"""Names of files that are being written, and get their own name when they are whole."""


def write_atomically(path: Path, write: Callable[[Path], Any]) -> None:
    """Let `write` fill a file beside the target, and rename it: a kill leaves the old file or the new one.

    An error of `write` leaves the old one, too.

    Raises:
        OutputError: It cannot be written.
    """
    beside = path.with_name(f".{path.name}.part")
    try:
        write(beside)
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException as error:
        beside.unlink(missing_ok=True)
        if not isinstance(error, OSError):
            raise
        raise OutputError(
            f"cannot be written ({(error.strerror or str(error)).lower()})",
            where=str(path),
            remedy="Make room, then run it again; with --resume, where there is that.",
        ) from error


def write_json(path: Path, content: object) -> None:
    """Write plain data as JSON, atomically."""
    write_atomically(path, lambda beside: beside.write_text(json.dumps(content, indent=2) + "\n"))


def check_folder(path: str, remedy: str) -> None:
    """Check that a folder can be filled: that it is not there yet, or empty.

    Raises:
        OutputError: Something is there already.
    """
    folder = Path(path)
    if folder.exists() and (not folder.is_dir() or holds_something(folder)):
        raise OutputError("exists already and is not an empty folder", where=path, remedy=remedy)


def holds_something(folder: Path) -> bool:
    """Return whether a folder holds more than what a killed run has left: a lock file, files that are not whole."""
    return any(each.name != _FOLDER_LOCK and not _PART.fullmatch(each.name) for each in folder.iterdir())


def file_hash(path: str | os.PathLike[str]) -> str:
    """Return a file's SHA-256."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class FileLock:
    """An exclusive lock on a file beside the one to protect; the kernel releases it when the process ends.

    Some network file systems have no locks: there it protects nothing, as HDF5's own locks do not either.

    Args:
        path: The lock file; made when needed, removed on release.
    """

    def __init__(self, path: Path):
        self.path = path
        self._fd: int | None = None

    def acquire(self, patience: float = 0.2) -> None:
        """Take the lock.

        Args:
            patience: Seconds to wait for a holder; more than `is_held` needs for its look.

        Raises:
            BlockingIOError: Someone else holds it.
        """
        deadline = time.monotonic() + patience
        while self._fd is None:
            fd = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                _flock(fd, fcntl.LOCK_EX)
                # A holder that released in between has removed the file: a lock on it would protect nothing.
                if _is_same_file(fd, self.path):
                    self._fd = fd
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
            finally:
                if self._fd is None:
                    os.close(fd)

    def release(self) -> None:
        """Give the lock back; harmless if it is not held."""
        if self._fd is not None:
            self.path.unlink(missing_ok=True)
            os.close(self._fd)
            self._fd = None

    @staticmethod
    def is_held(path: Path) -> bool:
        """Whether some process, this one included, holds the lock with this file."""
        try:
            fd = os.open(path, os.O_RDONLY)
        except OSError:
            return False
        try:
            _flock(fd, fcntl.LOCK_SH)
        except BlockingIOError:
            return True
        finally:
            os.close(fd)
        return False


class FolderLock:
    """Keeps other programs out of a run's folder, which is made when needed, as long as this one writes into it.

    Args:
        folder: The run's folder.

    Raises:
        OutputError: Another program has it, or it cannot be made.
    """

    def __init__(self, folder: Path):
        self._folder = folder
        self._made = not folder.exists()
        self._lock = FileLock(folder / _FOLDER_LOCK)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except BlockingIOError as error:
            raise OutputError(
                "another program is writing into this folder",
                where=str(folder),
                remedy="Wait until it has finished, or give another --output.",
            ) from error
        except OSError as error:
            raise OutputError(
                f"cannot be written ({(error.strerror or str(error)).lower()})",
                where=str(folder),
                remedy="Give another --output.",
            ) from error

    def release(self) -> None:
        """Let others in again, and remove the folder if it was made for nothing; harmless if that was done before."""
        self._lock.release()
        if self._made:
            with contextlib.suppress(OSError):  # Something is in it.
                self._folder.rmdir()


def _flock(fd: int, kind: int) -> None:
    """Lock without waiting.

    Raises:
        BlockingIOError: Another process holds it.
    """
    try:
        fcntl.flock(fd, kind | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in _LOCK_UNSUPPORTED:
            raise


def _is_same_file(fd: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(fd), path.stat())
    except OSError:
        return False
