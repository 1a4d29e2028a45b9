# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Arrays that take seconds to make, in the product's cache folder: one file for what they were made of."""

import contextlib
import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable, Iterable

import numpy as np

from ...errors import OutputError
from ...files import write_atomically
from ..assets.cache import cache_root

Arrays = dict[str, np.ndarray]


def cached[Result](
    folder: str, made_of: Iterable[np.ndarray | None], make: Callable[[], Arrays], read: Callable[[Arrays], Result]
) -> Result:
    """Return what is read from arrays in the cache folder; they are made, and put there, where they are not.

    Args:
        folder: Name in the cache folder, with a number that changes when they are made in another way.
        made_of: All that they depend on.
        make: Makes them. A cache that cannot be written costs the same time again.
        read: Turns them into the result. An array that it misses (KeyError), or that does not fit (ValueError), is that
            of a damaged file: they are made anew.
    """
    path = cache_root() / folder / f"{_digest(made_of)}.npz"
    damaged = (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile, zlib.error)
    with contextlib.suppress(*damaged), np.load(path, allow_pickle=False) as file:
        return read({name: file[name] for name in file.files})
    arrays = make()
    stream = io.BytesIO()
    np.savez(stream, **arrays)  # pyright: ignore[reportArgumentType]
    with contextlib.suppress(OSError, OutputError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, lambda beside: beside.write_bytes(stream.getvalue()))
    return read(arrays)


def _digest(parts: Iterable[np.ndarray | None]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        array = np.ascontiguousarray(part if part is not None else ())
        digest.update(f"{array.shape} {array.dtype} ".encode() + array.tobytes())
    return digest.hexdigest()
