# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""File system operations of the writer: a lock, an atomic exchange of two names, reserved disk space."""

import ctypes
import errno
import fcntl
import os
import shutil
import time
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_EXCHANGE_UNSUPPORTED = {errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM}
_RESERVE_UNSUPPORTED = {errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP}
_LOCK_UNSUPPORTED = {errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP}

# Linux, glibc 2.28 or newer; None elsewhere.
_renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)


class FileLock:
    """An exclusive lock on a file beside the one to protect; the kernel releases it when the process ends.

    On network file systems without locks it protects nothing; neither do HDF5's own locks.

    Args:
        path: The lock file; made when needed, removed on release.
    """

    def __init__(self, path: Path):
        self.path = path
        self._fd: int | None = None

    def acquire(self, patience: float = 0.2) -> None:
        """Take the lock.

        Args:
            patience: Time to wait for another holder [s]; longer than `is_held` holds the lock.

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
        """Release the lock; harmless if it is not held."""
        if self._fd is not None:
            self.path.unlink(missing_ok=True)
            os.close(self._fd)
            self._fd = None

    @staticmethod
    def is_held(path: Path) -> bool:
        """Return whether any process holds the lock with this file, this one included."""
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


def exchange(published: Path, shadow: Path) -> None:
    """Exchange the names of two existing files; `published` names a complete file at every moment.

    If the system cannot exchange atomically, three renames do it; without hard links too, `shadow` is gone
    afterwards.
    """
    if _renameat2 is not None:
        arguments = (_AT_FDCWD, os.fsencode(published), _AT_FDCWD, os.fsencode(shadow), _RENAME_EXCHANGE)
        if _renameat2(*arguments) == 0:
            return
        number = ctypes.get_errno()
        if number not in _EXCHANGE_UNSUPPORTED:
            raise OSError(number, os.strerror(number), str(published))
    spare = spare_of(shadow)
    try:
        os.link(published, spare)
    except OSError:
        os.replace(shadow, published)
        return
    os.replace(shadow, published)
    os.replace(spare, shadow)


def spare_of(shadow: Path) -> Path:
    """Return the temporary name that `exchange` uses if it cannot exchange atomically."""
    return shadow.with_name(shadow.name + "~")


def publish_new(path: Path, content: bytes, temporary: Path, overwrite: bool) -> None:
    """Write a small file in one atomic step.

    Raises:
        FileExistsError: It exists and `overwrite` is False.
    """
    try:
        temporary.write_bytes(content)
        if overwrite:
            os.replace(temporary, path)
            return
        try:
            os.link(temporary, path)  # unlike a rename, never replaces
        except FileExistsError:
            raise
        except OSError:  # no hard links here
            if path.exists():
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
            os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def copy_whole(source: Path, target: Path, temporary: Path) -> None:
    """Copy a file; `target` appears when it is complete."""
    try:
        shutil.copyfile(source, temporary)
        shutil.copymode(source, temporary)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def reserve(path: Path, num_bytes: int) -> None:
    """Grow a file to at least this size, its blocks included, so that later writes cannot fail for lack of space.

    HDF5 does not survive a full disk: it writes late, hides the error and may then crash the process. It does
    accept a file longer than its contents and cuts it to length on closing.

    Raises:
        OSError: There is not enough space.
    """
    with path.open("r+b") as file:
        try:
            os.posix_fallocate(file.fileno(), 0, num_bytes)
        except OSError as error:
            if error.errno not in _RESERVE_UNSUPPORTED:
                raise
            missing = num_bytes - path.stat().st_size
            if shutil.disk_usage(path.parent).free < missing:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path)) from None


def to_disk(path: Path) -> None:
    """Flush a file's contents to the disk."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def identity(path: Path) -> tuple[int, ...] | None:
    """Return a value that changes when a file is replaced or changed; None if there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    # The number of a deleted file is soon given to another one.
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


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
