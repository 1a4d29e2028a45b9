# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What the writer needs of the file system: a lock, an atomic exchange of two names, room reserved in advance."""

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


def exchange(published: Path, shadow: Path) -> None:
    """Let two existing files change names. `published` names a complete file at every moment.

    Where the system cannot exchange atomically, three renames do it; where it has no hard links either, `shadow`
    is gone afterwards.
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
    """Name that `exchange` uses for a moment where it cannot exchange atomically."""
    return shadow.with_name(shadow.name + "~")


def publish_new(path: Path, content: bytes, temporary: Path, overwrite: bool) -> None:
    """Make a small file appear whole.

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
    """Copy a file so that `target` is never seen half copied."""
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
    """Wait until a file's contents are on the disk itself."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def identity(path: Path) -> tuple[int, ...] | None:
    """What tells a file from one that has taken its name, or from itself after a change; None if there is none."""
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
