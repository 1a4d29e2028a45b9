# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Arrays that take seconds to make, kept in the product's cache folder: one file for what they were made of."""

import contextlib
import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from ...errors import OutputError
from ...files import write_atomically
from ..assets.cache import cache_root

Arrays = dict[str, np.ndarray]


def kept(folder: str, made_of: Iterable[np.ndarray | None], make: Callable[[], Arrays]) -> Arrays:
    """Return arrays by name, from the cache folder if they are there, else made and put there.

    Args:
        folder: Name in the cache folder, with a number that changes when they are made in another way.
        made_of: All that they depend on.
        make: Makes them; also called if a file is damaged. A cache that cannot be written costs the same time again.
    """
    path = cache_root() / folder / f"{_digest(made_of)}.npz"
    arrays = _read(path)
    if arrays is None:
        arrays = make()
        stream = io.BytesIO()
        np.savez(stream, **arrays)  # pyright: ignore[reportArgumentType]
        with contextlib.suppress(OSError, OutputError):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, lambda beside: beside.write_bytes(stream.getvalue()))
    return arrays


def _digest(parts: Iterable[np.ndarray | None]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        array = np.ascontiguousarray(part if part is not None else ())
        digest.update(f"{array.shape} {array.dtype} ".encode() + array.tobytes())
    return digest.hexdigest()


def _read(path: Path) -> Arrays | None:
    """Return the arrays in a file; None if it is not there, or damaged."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile, zlib.error):
        return None
