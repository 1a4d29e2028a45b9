# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Open groups and arrays of an HDF5 file that may be damaged or malicious.

HDF5 follows links to other files, reads virtual datasets from other files, loads a library for an unknown filter, and
allocates memory for any size in a header. Therefore all members of a dataset file are opened here, and nowhere else:

- Only hard links, and soft links within the file, are followed. Virtual datasets, external storage, and filters other
  than those of HDF5 and h5py are refused.
- Groups that contain themselves, and too deeply nested groups and links, are refused.
- An array is only read if its size agrees with the size of the file and fits into memory.

Any exception of h5py becomes an `Unreadable`.
"""

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import h5py
import numpy as np
from h5py import h5d, h5g, h5i, h5l, h5o, h5z  # pyright: ignore[reportAttributeAccessIssue]

from ..memory import free_memory

Shape = tuple[int, ...]
Member = h5py.Group | h5py.Dataset

_MAX_DEPTH = 16
"""Maximum depth of groups within groups."""
_MAX_HOPS = 16
"""Maximum length of a chain of soft links."""
_MAX_ARRAYS = 2000
"""Maximum number of arrays in a demonstration: with many links to one group, a small file could list millions."""
_FILTERS = {
    h5z.FILTER_DEFLATE,
    h5z.FILTER_SHUFFLE,
    h5z.FILTER_FLETCHER32,
    h5z.FILTER_SZIP,
    h5z.FILTER_NBIT,
    h5z.FILTER_SCALEOFFSET,
    h5z.FILTER_LZF,
}
_MAX_CHUNKS = 1 << 16
"""Maximum number of chunks of an array: HDF5 allocates 4 kB for each, even if it is not stored."""
_MAX_GZIP_RATIO = 1032
"""Maximum compression ratio of gzip."""
_SMALL_ARRAY = 16 << 20
"""Size up to which an array is always read [bytes], even if little of it is stored: HDF5 fills up with zeros."""
_SHARE_OF_MEMORY = 0.5
"""Maximum share of the free memory for an array, which may exist twice for a moment."""


class Unreadable(Exception):
    """A member of a group cannot be used. The text continues a sentence after its path: "is damaged and ..."."""


@dataclass(frozen=True)
class Tree:
    """The arrays below a group."""

    arrays: dict[str, tuple[Shape, np.dtype]] = field(default_factory=dict)
    """Flat path -> shape and type, of arrays that can be read."""
    damage: dict[str, str] = field(default_factory=dict)
    """Flat path -> reason, of arrays and groups that cannot be read."""


@contextmanager
def guarded(why: str = "is damaged and cannot be read") -> Iterator[None]:
    """Turn every exception of h5py inside this context into `Unreadable`."""
    try:
        yield
    except Unreadable:
        raise
    except Exception as error:  # For a damaged file h5py raises almost any kind of exception.
        raise Unreadable(why) from error


def names_in(group: h5py.Group) -> list[str]:
    """Return the names of a group's members. Bytes that are not UTF-8 become lone surrogates.

    Raises:
        Unreadable: The group is damaged.
    """
    with guarded():
        names: list[str | bytes] = list(group)  # pyright: ignore[reportAssignmentType]
        return [name if isinstance(name, str) else name.decode("utf-8", errors="surrogateescape") for name in names]


def find(group: h5py.Group, path: str) -> Member | None:
    """Open a member of a group by its flat path; return None if there is none.

    Raises:
        Unreadable: The member exists but cannot be opened.
    """
    with guarded():
        found = _find(group.id, path, 0)
    return h5py.Group(found) if isinstance(found, h5g.GroupID) else h5py.Dataset(found) if found else None


def survey(group: h5py.Group, terms: Iterable[str] | None = None) -> Tree:
    """List the arrays below a group, without reading values.

    Args:
        group: The group.
        terms: Flat paths of the arrays and groups to include; all if None.

    Raises:
        Unreadable: The group itself is damaged.
    """
    tree = Tree()
    with guarded():
        place = _address(group.id)
    _survey(group.id, "", tree, (place,), None if terms is None else tuple(terms))
    return tree


def look_at(array: h5d.DatasetID) -> tuple[Shape, np.dtype]:
    """Return shape and type of an array.

    Raises:
        Unreadable: Its values are in another file, its filter is unknown, or its size is impossible.
    """
    with guarded():
        return _look_at(array)


def read_values(group: h5py.Group, path: str) -> np.ndarray:
    """Return the values of an array by its flat path. The array must exist.

    Raises:
        Unreadable: The array is damaged, has its values in another file, or is too large for the free memory.
    """
    with guarded():
        array = _find(group.id, path, 0)
        if not isinstance(array, h5d.DatasetID):
            raise Unreadable("is damaged and cannot be read")
        shape, dtype = _look_at(array)
        wanted = math.prod(shape) * dtype.itemsize
        if wanted > _SMALL_ARRAY and wanted > (free := free_memory()) * _SHARE_OF_MEMORY:
            raise Unreadable(f"takes {_size(wanted)} of memory, and {_size(free)} are free")
        return np.asarray(h5py.Dataset(array)[()])


def _look_at(array: h5d.DatasetID) -> tuple[Shape, np.dtype]:
    plan = array.get_create_plist()
    kind = plan.get_layout()
    # Checked first, because even the shape of a virtual dataset may come from other files.
    if kind == h5d.VIRTUAL or plan.get_external_count():
        raise Unreadable("has its values in another file, which is not opened")
    for number in range(plan.get_nfilters()):
        if (code := plan.get_filter(number)[0]) not in _FILTERS:
            raise Unreadable(f"is packed with the HDF5 filter {code}, which this program does not load")
    shape, dtype = array.shape, array.dtype
    if shape is None or dtype.itemsize == 0:
        raise Unreadable("holds no values")
    wanted = math.prod(shape)
    if kind == h5d.CHUNKED:
        chunk = plan.get_chunk()
        pieces = math.prod([-(-length // part) for length, part in zip(shape, chunk, strict=True)])
        if pieces > _MAX_CHUNKS:
            raise Unreadable(f"is cut into {pieces} chunks, and at most {_MAX_CHUNKS} are read")
        wanted = max(wanted, math.prod(chunk))
    wanted *= dtype.itemsize
    if wanted > _SMALL_ARRAY and wanted > (stored := array.get_storage_size()) * _MAX_GZIP_RATIO:
        raise Unreadable(f"states a size of {_size(wanted)}, of which the file holds {stored} bytes")
    return shape, dtype


def _find(group: h5g.GroupID, path: str, hops: int) -> h5g.GroupID | h5d.DatasetID | None:
    found: h5g.GroupID | h5d.DatasetID | None = group
    for name in path.split("/"):
        if name in ("", "."):
            continue
        if not isinstance(found, h5g.GroupID):
            return None
        found = _member(found, name.encode("utf-8", errors="surrogateescape"), hops)
    return found


def _member(group: h5g.GroupID, key: bytes, hops: int) -> h5g.GroupID | h5d.DatasetID | None:
    links = group.links
    return _follow(group, key, links.get_info(key).type, hops) if links.exists(key) else None


def _follow(group: h5g.GroupID, key: bytes, kind: int, hops: int) -> h5g.GroupID | h5d.DatasetID | None:
    """Open the target of a link; return None if it is neither a group nor an array.

    Args:
        group: The group of the link.
        key: Name of the link.
        kind: Type of the link, `h5l.TYPE_*`.
        hops: Number of soft links followed so far.
    """
    if kind == h5l.TYPE_SOFT:
        if hops == _MAX_HOPS:
            raise Unreadable("is a link that leads nowhere")
        target = group.links.get_val(key).decode("utf-8", errors="surrogateescape")
        start = h5g.open(h5i.get_file_id(group), b"/") if target.startswith("/") else group
        if (found := _find(start, target, hops + 1)) is None:
            raise Unreadable("is a link that leads nowhere")
        return found
    if kind != h5l.TYPE_HARD:
        raise Unreadable("is a link to another file, which is not followed")
    opened = h5o.open(group, key)
    return opened if isinstance(opened, h5g.GroupID | h5d.DatasetID) else None


def _survey(group: h5g.GroupID, prefix: str, tree: Tree, above: tuple[int, ...], terms: tuple[str, ...] | None) -> None:
    """Add the arrays below a group to `tree`; `above` are the file addresses of the group and its parents."""
    links: list[tuple[bytes, int]] = []
    try:
        with guarded():
            # Get names and types of all links in one call: a call per link would take most of the time here.
            group.links.iterate(lambda key, link: links.append((key, link.type)), info=True)
    except Unreadable as error:
        tree.damage[prefix] = str(error)
        return
    for key, kind in links:
        name = key.decode("utf-8", errors="surrogateescape")
        path = f"{prefix}/{name}" if prefix else name
        below = terms
        if terms is not None:
            if path in terms:
                below = None
            elif not any(term.startswith(f"{path}/") for term in terms):
                continue
        try:
            with guarded():
                if not name.isprintable():
                    raise Unreadable("has a name that is not text")
                item = _follow(group, key, kind, 0)
                if isinstance(item, h5d.DatasetID):
                    tree.arrays[path] = _look_at(item)
                elif isinstance(item, h5g.GroupID):
                    place = _address(item)
                    if len(above) > _MAX_DEPTH or place in above:
                        raise Unreadable("lies in itself" if place in above else "lies in too many groups")
                    _survey(item, path, tree, (*above, place), below)
        except Unreadable as error:
            tree.damage[printable(path)] = str(error)
        if len(tree.arrays) + len(tree.damage) > _MAX_ARRAYS:
            tree.damage[printable(path)] = f"is one of more than {_MAX_ARRAYS} arrays"
            return


def _address(group: h5g.GroupID) -> int:
    """Return the address of a group in its file, which identifies the group."""
    return h5o.get_info(group).addr


def printable(text: str) -> str:
    """Return text in a form that a terminal shows in one line; escape it if it has other characters."""
    return text if text.isprintable() else ascii(text)[1:-1]


def _size(count: float) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
