# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""File system operations of the writer, such as the atomic exchange of two names and reserving disk space."""

import ctypes
import errno
import os
import shutil
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_EXCHANGE_UNSUPPORTED = {errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM}
_RESERVE_UNSUPPORTED = {errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP}

# Linux, glibc 2.28 or newer; None elsewhere.
_renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)


def exchange(published: Path, shadow: Path) -> None:
    """Exchange the names of two existing files. At every moment `published` names a complete file.

    If the system has no atomic exchange, use a hard link and two renames. Without hard links, `shadow` does not exist
    afterwards.

    Raises:
        OSError: The exchange failed.
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
    """Return the temporary name that `exchange` uses if the system has no atomic exchange."""
    return shadow.with_name(shadow.name + "~")


def write_whole(path: Path, content: bytes, temporary: Path) -> None:
    """Write a small file in one atomic step, replacing what is there.

    Args:
        path: The file.
        content: Its contents.
        temporary: A path in the same folder for the time of writing.
    """
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def rename_new(path: Path, target: Path) -> None:
    """Give a file another name in one atomic step.

    Raises:
        FileExistsError: There is a file of that name already.
    """
    try:
        os.link(path, target)  # unlike a rename, never replaces
    except FileExistsError:
        raise
    except OSError:  # no hard links here
        if target.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        os.replace(path, target)
    else:
        path.unlink()


def copy_whole(source: Path, target: Path, temporary: Path) -> None:
    """Copy a file by way of `temporary`, so that `target` only appears when it is complete."""
    try:
        shutil.copyfile(source, temporary)
        shutil.copymode(source, temporary)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def reserve(path: Path, num_bytes: int) -> None:
    """Allocate disk blocks up to this size of the file, so that later writes cannot fail for lack of space.

    HDF5 does not survive a full disk: it writes late, hides the error, and may then crash the process. It accepts a
    file that is longer than its contents, and truncates it on closing.

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
    # The inode number alone is not enough: it is soon reused after a file is deleted.
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
