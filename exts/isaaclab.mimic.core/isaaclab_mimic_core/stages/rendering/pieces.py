# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The pictures of one demonstration on their way from the process that drew them into the dataset."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ...datasets.encoding import GZIP_LEVEL, compress

_DRAWN, _VALUES = "drawn", "values"
"""Attribute of what was drawn at random once, and the group of what was for every frame."""


def piece_name(demonstration: str, variation: int) -> str:
    """Return the name of the file of one rendering of a demonstration."""
    return f"{demonstration}.{variation}.hdf5"


def write_piece(
    path: Path,
    terms: Mapping[str, np.ndarray],
    drawn: Mapping[str, Any] | None = None,
    per_frame: Mapping[str, np.ndarray] | None = None,
) -> None:
    """Write pictures compressed, each a chunk; the file has its name only when it is whole.

    Args:
        path: The file; one that is there is replaced.
        terms: (steps, ...) by path in a demonstration, not nested.
        drawn: What was drawn at random for the demonstration, plain data by name.
        per_frame: What was drawn at random for every frame, (steps, ...) by path in a demonstration.
    """
    beside = path.with_suffix(".part")
    with h5py.File(beside, "w") as file:
        file.attrs[_DRAWN] = json.dumps(dict(drawn or {}))
        kept = file.create_group(_VALUES)
        for name, array in (per_frame or {}).items():
            kept[_key(name)] = array
        for name, values in terms.items():
            chunk = (1, *values.shape[1:])
            dataset = file.create_dataset(
                _key(name), values.shape, values.dtype, chunks=chunk, compression="gzip", compression_opts=GZIP_LEVEL
            )
            for row, value in enumerate(values):
                block, mask = compress(value)
                dataset.id.write_direct_chunk((row, *[0] * (values.ndim - 1)), bytes(block), mask)
    os.replace(beside, path)


class Piece:
    """A written piece, whose pictures go into a dataset as they are, without being unpacked."""

    def __init__(self, path: Path):
        self._file: Any = h5py.File(path, "r")

    @property
    def terms(self) -> dict[str, "Pictures"]:
        """The pictures by path in a demonstration."""
        return {_path(key): Pictures(self._file[key]) for key in self._file if key != _VALUES}

    @property
    def drawn(self) -> dict[str, Any]:
        """What was drawn at random for the demonstration, by name."""
        return json.loads(self._file.attrs[_DRAWN])

    @property
    def values(self) -> dict[str, np.ndarray]:
        """What was drawn at random for every frame, by path in a demonstration."""
        return {_path(key): array[()] for key, array in self._file[_VALUES].items()}

    def close(self) -> None:
        self._file.close()


class Pictures:
    """One camera's pictures of a piece (`datasets.episode.Chunks`)."""

    def __init__(self, dataset: h5py.Dataset):
        self._dataset = dataset
        self.shape: tuple[int, ...] = dataset.shape
        self.dtype = dataset.dtype

    @property
    def stored_bytes(self) -> int:
        return self._dataset.id.get_storage_size()

    def __iter__(self) -> Iterator[tuple[int, bytes, int]]:
        for row in range(self.shape[0]):
            mask, block = self._dataset.id.read_direct_chunk((row, *[0] * (len(self.shape) - 1)))
            yield row, block, mask

    def release(self) -> None:
        """Nothing: the piece's file is removed as a whole."""


def _key(path: str) -> str:
    """Return a path as a name without folders."""
    return path.replace("/", "|")


def _path(key: str) -> str:
    return key.replace("|", "/")
