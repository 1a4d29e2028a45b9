# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Open a dataset file for reading; report a failure as an error that tells the user what to do."""

import mmap
import os
import time
from pathlib import Path
from typing import cast

import h5py

from ..errors import InputFileError
from . import layout
from .tree import Unreadable, find, names_in

_LOCK_TIMEOUT = 1.0
"""Maximum time to wait for another program that locks the file [s]; a writer's commit locks it for milliseconds."""
_LFS_POINTER = b"version https://git-lfs"
_HEAP_SIGNATURE = b"GCOL\1\0\0\0"
"""First bytes of a global heap, in which HDF5 stores text such as attributes."""
_HEADER_BYTES = 16
"""Size of a heap's header, and of the header of each object in it [bytes]."""
_MAX_SEARCHED = 256 << 20
"""Maximum size of a file to search for damaged heaps [bytes]: with larger files the search would take too long."""


def open_for_reading(path: str | os.PathLike[str], *, is_own: bool = False) -> h5py.File:
    """Open a dataset file and check that it has the group `data`.

    Args:
        path: The file.
        is_own: As for `open_hdf5`.

    Raises:
        InputFileError: As for `open_hdf5`; or it has no `data`.
    """
    path = Path(path)
    file = open_hdf5(path, is_own=is_own)
    try:
        there = isinstance(find(file, layout.DATA), h5py.Group)
        names = names_in(file)
    except Unreadable as error:
        file.close()
        raise _damaged(path) from error
    if not there:
        found = ", ".join(sorted(filter(str.isprintable, names))[:5]) or "nothing"
        file.close()
        raise InputFileError(
            f"is HDF5 but holds no demonstrations: there is no group 'data' in it (only {found})",
            where=str(path),
            remedy="Give a file recorded with `mimic record` or with Isaac Lab's record_demos.py.",
        )
    return file


def open_hdf5(path: str | os.PathLike[str], *, is_own: bool = False) -> h5py.File:
    """Open an HDF5 file of any layout for reading.

    Args:
        path: The file.
        is_own: Whether this process has just written it. Otherwise all of it is searched for damage, which takes as
            long as to read it.

    Raises:
        InputFileError: The file is missing, a folder, unreadable, not HDF5, truncated, or in use.
    """
    path = Path(path)
    _check_is_file(path)
    if not is_own and _has_endless_heap(path):
        raise _damaged(path)
    deadline = time.monotonic() + _LOCK_TIMEOUT
    while True:
        try:
            return h5py.File(path, "r")
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise _in_use(path) from error
            time.sleep(0.02)
        except Exception as error:  # For a damaged header h5py raises not only OSError.
            raise _open_error(path, error) from error


def data_group(file: h5py.File) -> h5py.Group:
    """Return the group `data`, which holds the demonstrations, of a file from `open_for_reading`."""
    return cast(h5py.Group, find(file, layout.DATA))


def _has_endless_heap(path: Path) -> bool:
    """Return whether HDF5 would hang on the file: on free space of size 0 in a global heap, HDF5 2.0 loops for ever.

    A disk that has lost a block leaves such zeros. Once HDF5 reads the heap, it cannot be stopped.
    """
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            if len(content) > _MAX_SEARCHED:
                return False
            start = content.find(_HEAP_SIGNATURE)
            while start >= 0:
                if _never_ends(content, start):
                    return True
                start = content.find(_HEAP_SIGNATURE, start + 1)
    except (OSError, ValueError):  # The file cannot be opened or is empty, which `_open_error` reports.
        pass
    return False


def _never_ends(content: mmap.mmap, start: int) -> bool:
    """Return whether a global heap has an object of size 0, going through it as HDF5 does.

    Source: HDF5 File Format Specification, III.E.
    """
    at = start + _HEADER_BYTES
    end = min(start + int.from_bytes(content[start + 8 : start + 16], "little"), len(content))
    while at + _HEADER_BYTES <= end:
        index = int.from_bytes(content[at : at + 2], "little")
        size = int.from_bytes(content[at + 8 : at + 16], "little")
        if not index and not size:
            return True
        # Index 0 is free space, whose size includes the header.
        at += _HEADER_BYTES + -(-size // 8) * 8 if index else size
    return False


def _check_is_file(path: Path) -> None:
    if os.path.isdir(path):
        raise InputFileError("is a folder, not a file", where=str(path), remedy=_neighbours(path))
    if not os.path.exists(path):
        raise InputFileError("there is no such file", where=str(path), remedy=_neighbours(path.parent))


def _neighbours(folder: Path) -> str:
    """Return a sentence that lists the datasets in a folder: a wrong path is often a typing error."""
    try:
        names = sorted(entry.name for entry in folder.iterdir() if entry.suffix in (".hdf5", ".h5"))
    except OSError:
        return f"The folder {folder} does not exist or may not be read."
    names = [name for name in names if not name.startswith(".")]
    if not names:
        return f"The folder {folder} holds no .hdf5 file."
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"The folder {folder} holds {', '.join(names[:5])}{more}."


def _in_use(path: Path) -> InputFileError:
    return InputFileError(
        "is open for writing elsewhere", where=str(path), remedy="Wait until that has finished, or close it."
    )


def _damaged(path: Path) -> InputFileError:
    return InputFileError(
        "is cut short or damaged: it was not copied or written to its end",
        where=str(path),
        remedy="Copy, record or generate it again.",
    )


def _open_error(path: Path, error: Exception) -> InputFileError:
    """Return the error for a file that HDF5 cannot open."""
    where = str(path)
    try:
        with path.open("rb") as file:
            start = file.read(64)
    except OSError as unreadable:
        return InputFileError(
            f"cannot be read ({(unreadable.strerror or str(unreadable)).lower()})",
            where=where,
            remedy="Check the file's permissions.",
        )
    if not start:
        return InputFileError("is empty (0 bytes)", where=where, remedy="Record or copy it again.")
    if start.startswith(_LFS_POINTER):
        return InputFileError(
            "is a Git LFS pointer, not the dataset itself", where=where, remedy="Fetch it: git lfs pull"
        )
    if "already open" in str(error) or "locking" in str(error):
        return _in_use(path)
    if h5py.is_hdf5(path):
        return _damaged(path)
    return InputFileError("is not an HDF5 file", where=where, remedy="Give a dataset file (.hdf5).")
