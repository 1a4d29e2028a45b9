# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The pictures of one demonstration on their way from the process that drew them into the dataset."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ...datasets.encoding import GZIP_LEVEL, compress


def write_piece(path: Path, terms: Mapping[str, np.ndarray]) -> None:
    """Write pictures compressed, each a chunk; the file has its name only when it is whole.

    Args:
        path: The file; one that is there is replaced.
        terms: (steps, ...) by path in a demonstration, not nested.
    """
    beside = path.with_suffix(".part")
    with h5py.File(beside, "w") as file:
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
        return {_path(key): Pictures(self._file[key]) for key in self._file}

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
