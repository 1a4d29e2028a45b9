# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Compress arrays for HDF5 with zlib, so that other Python threads can run meanwhile.

HDF5's gzip filter holds Python's interpreter lock: a writer thread would block the simulation while it compresses.
`zlib.compress` releases the lock, and gives the same bytes as the filter.
"""

import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import h5py
import numpy as np
from h5py import h5d, h5p, h5s, h5t  # pyright: ignore[reportAttributeAccessIssue]

from ..flat_paths import nest
from . import layout
from .attributes import encode_attrs
from .episode import Chunks, Episode

GZIP_LEVEL = 2
_CHUNK_BYTES = 1 << 20
"""Maximum size of a chunk [bytes]. A chunk must fit into HDF5's cache, or each partial read unpacks it again."""
_COMPACT_BYTES = 1 << 10
"""Maximum size of an array stored uncompressed in the object's header [bytes]; a chunk index would be larger."""

# Upper bounds of what HDF5 adds (headers, indices, attributes) [bytes]. This space is reserved, but not all of it used.
_OVERHEAD_PER_OBJECT = 8 << 10
_OVERHEAD_PER_CHUNK = 256
_OVERHEAD_PER_EPISODE = 64 << 10

_KEPT = 256
"""Descriptions of arrays that are kept for the next ones."""


@dataclass(frozen=True)
class EncodedArray:
    """An array as HDF5 stores it."""

    shape: tuple[int, ...]
    dtype: np.dtype
    values: np.ndarray | None
    """The values if the array is stored uncompressed and not in chunks; else None."""
    chunk: tuple[int, ...] | None
    """Shape of a chunk; None if the array is not stored in chunks."""
    blocks: Iterable[tuple[int, bytes | memoryview, int]]
    """Per chunk its first row, its bytes, and HDF5's filter mask (1: not compressed)."""
    stored_bytes: int
    """Size of all chunks, or of the array [bytes]."""

    @property
    def size_bound(self) -> int:
        """Upper bound of the array's size in the file [bytes]."""
        num_chunks = -(-self.shape[0] // self.chunk[0]) if self.chunk else 0
        return self.stored_bytes + _OVERHEAD_PER_OBJECT + num_chunks * _OVERHEAD_PER_CHUNK


@dataclass(frozen=True)
class EncodedEpisode:
    """An episode as HDF5 stores it."""

    name: str
    num_samples: int
    arrays: dict[str, EncodedArray]
    attrs: dict[str, Any]

    @property
    def size_bound(self) -> int:
        """Upper bound of the growth of the file [bytes]."""
        groups = sum(path.count("/") for path in self.arrays)
        attrs = sum(2 * len(value) if isinstance(value, str) else 64 for value in self.attrs.values())
        arrays = sum(array.size_bound for array in self.arrays.values())
        return arrays + groups * _OVERHEAD_PER_OBJECT + attrs + _OVERHEAD_PER_EPISODE


def normalise(data: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Return arrays by flat path as numpy arrays that HDF5 can store.

    Raises:
        ValueError: A path is invalid, or an array holds something other than numbers and booleans.
    """
    nest(data)
    arrays = {path: np.asarray(values) for path, values in data.items()}
    for path, values in arrays.items():
        if values.dtype.kind not in "biufc":
            raise ValueError(f"{path} holds {values.dtype}, which a dataset cannot store")
    return arrays


def encode_episode(name: str, episode: Episode, compression: bool) -> EncodedEpisode:
    """Encode a normalised episode for HDF5. This takes most of the time of writing."""
    attrs = {**episode.attrs, layout.ATTR_NUM_SAMPLES: episode.num_samples}
    arrays = {path: encode_array(values, compression) for path, values in episode.data.items()}
    arrays |= {path: _encode_streamed(chunks) for path, chunks in episode.streamed.items()}
    return EncodedEpisode(name, episode.num_samples, arrays, encode_attrs(attrs))


def pack_episode(episode: Episode) -> EncodedEpisode:
    """Encode an episode in the process that made it, for the one that writes it; the result can be pickled.

    Raises:
        ValueError: It has an array that HDF5 cannot store.
    """
    encoded = encode_episode("", Episode(normalise(episode.data), episode.attrs, "", episode.streamed), True)
    arrays = {
        path: replace(array, blocks=[(row, bytes(block), mask) for row, block, mask in array.blocks])
        for path, array in encoded.arrays.items()
    }
    for chunks in episode.streamed.values():
        chunks.release()
    return replace(encoded, arrays=arrays)


def encode_array(values: np.ndarray, compression: bool) -> EncodedArray:
    """Cut an array into chunks and compress them."""
    if values.nbytes <= _COMPACT_BYTES or not compression:
        whole = np.require(values, requirements="C")
        return EncodedArray(values.shape, values.dtype, whole, None, [], values.nbytes)
    most_rows = max(1, _CHUNK_BYTES * len(values) // values.nbytes)
    num_chunks = -(-len(values) // most_rows)
    # HDF5 stores the last chunk at full length, so choose chunks of nearly equal length.
    rows = -(-len(values) // num_chunks)
    blocks = [(start, *compress(block)) for start, block in _full_chunks(values, rows)]
    stored = sum(len(block) for _, block, _ in blocks)
    return EncodedArray(values.shape, values.dtype, None, (rows, *values.shape[1:]), blocks, stored)


def _encode_streamed(chunks: Chunks) -> EncodedArray:
    """Return the encoded form of a term whose chunks are compressed already, one per step."""
    return EncodedArray(chunks.shape, chunks.dtype, None, (1, *chunks.shape[1:]), chunks, chunks.stored_bytes)


def write_episode(data: h5py.Group, episode: EncodedEpisode) -> None:
    """Write an encoded episode into the group `data`."""
    demo = data.create_group(episode.name)
    link = h5p.create(h5p.LINK_CREATE)
    link.set_create_intermediate_group(True)
    for path, array in episode.arrays.items():
        _write_array(demo.id, path, array, link)
    for key, value in episode.attrs.items():
        demo.attrs[key] = value


def _full_chunks(values: np.ndarray, rows: int) -> Iterator[tuple[int, np.ndarray]]:
    """Yield first row and values of chunks of `rows` rows. Pad the last with zeros, as HDF5 stores whole chunks."""
    for start in range(0, len(values), rows):
        block = values[start : start + rows]
        if len(block) < rows:
            block = np.concatenate([block, np.zeros((rows - len(block), *values.shape[1:]), values.dtype)])
        yield start, np.require(block, requirements="C")


def compress(block: np.ndarray) -> tuple[bytes | memoryview, int]:
    """Compress a chunk. Leave it uncompressed if that is not smaller, as HDF5's filter does.

    Returns:
        The bytes, and HDF5's filter mask: 0 compressed, 1 not.
    """
    raw = np.ascontiguousarray(block).reshape(-1).view(np.uint8).data
    packed = zlib.compress(raw, GZIP_LEVEL)
    return (packed, 0) if len(packed) < len(raw) else (raw, 1)


def _write_array(demo: h5py.h5g.GroupID, path: str, array: EncodedArray, link: h5p.PropLCID) -> None:
    creation = _creation(array.chunk, array.stored_bytes <= _COMPACT_BYTES)
    dataset = h5d.create(demo, path.encode(), _kind(array.dtype), _space(array.shape), creation, link)
    if array.chunk:
        later_axes = (0,) * (len(array.shape) - 1)
        for start, block, filter_mask in array.blocks:
            dataset.write_direct_chunk((start, *later_axes), block, filter_mask)
    elif array.values is not None and array.values.size:
        dataset.write(h5s.ALL, h5s.ALL, array.values)


# To make these takes longer than to write a small array, and most arrays of a demonstration share them.


@lru_cache(_KEPT)
def _kind(dtype: np.dtype) -> h5t.TypeID:
    return h5t.py_create(dtype, logical=True)


@lru_cache(_KEPT)
def _space(shape: tuple[int, ...]) -> h5s.SpaceID:
    return h5s.create_simple(shape) if shape else h5s.create(h5s.SCALAR)


@lru_cache(_KEPT)
def _creation(chunk: tuple[int, ...] | None, is_small: bool) -> h5p.PropDCID:
    """Return how HDF5 creates an array.

    Args:
        chunk: Shape of its chunks, if it is stored in chunks.
        is_small: Whether another one is stored in its object's header.
    """
    creation = h5p.create(h5p.DATASET_CREATE)
    # No time stamps, so that equal contents give equal bytes.
    creation.set_obj_track_times(False)
    if chunk:
        creation.set_chunk(chunk)
        creation.set_deflate(GZIP_LEVEL)
    elif is_small:
        creation.set_layout(h5d.COMPACT)
    return creation
