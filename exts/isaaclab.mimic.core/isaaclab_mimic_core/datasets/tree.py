# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Groups and arrays of a file that may be damaged, or made to do harm.

HDF5 by itself follows a link into another file, takes the values of a virtual dataset from others, loads a library for
a filter it does not know, and reserves memory for whatever size a header states. So whatever reads a dataset file opens
the members of its groups here, and nowhere else:

- Hard links are followed, and soft links that stay in the file. Links to other files are not, nor are virtual datasets,
  external storage, and filters other than those that HDF5 and h5py bring.
- A group that lies in itself, and groups and links nested without end, are found.
- An array is only read if the file can hold as much as its header says, and if the memory suffices.

Every exception of h5py's becomes an `Unreadable`, which says why in words that go after the member's path.
"""

import math
import resource
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np
from h5py import h5d, h5g, h5i, h5l, h5o, h5z  # pyright: ignore[reportAttributeAccessIssue]

Shape = tuple[int, ...]
Member = h5py.Group | h5py.Dataset

_DEEPEST = 16
"""Groups within groups."""
_MOST_HOPS = 16
"""Soft links that lead to soft links."""
_MOST_ARRAYS = 2000
"""In one demonstration; groups that are linked many times over could make millions of a small file."""
_FILTERS = {
    h5z.FILTER_DEFLATE,
    h5z.FILTER_SHUFFLE,
    h5z.FILTER_FLETCHER32,
    h5z.FILTER_SZIP,
    h5z.FILTER_NBIT,
    h5z.FILTER_SCALEOFFSET,
    h5z.FILTER_LZF,
}
_MOST_CHUNKS = 1 << 16
"""HDF5 takes 4 kB of memory for each that it reads, also for one that is not there."""
_MOST_UNPACKED = 1032
"""Bytes that gzip makes of one, at most."""
_ALWAYS_FITS = 16 << 20
"""Bytes of an array that is read although the file holds hardly anything of it: what was never written is zeros."""
_SHARE_OF_MEMORY = 0.5
"""Of what is free: an array may exist twice for a moment."""


class Unreadable(Exception):
    """A member of a group cannot be used; the text goes after its path: "is damaged and cannot be read"."""


@dataclass(frozen=True)
class Tree:
    """The arrays below a group, by flat path."""

    arrays: dict[str, tuple[Shape, np.dtype]] = field(default_factory=dict)
    """Shape and type of those that can be read."""
    damage: dict[str, str] = field(default_factory=dict)
    """Why others, or groups, cannot be."""


@contextmanager
def guarded(why: str = "is damaged and cannot be read") -> Iterator[None]:
    """Turn every exception of h5py inside this context into `Unreadable`."""
    try:
        yield
    except Unreadable:
        raise
    except Exception as error:  # Of a damaged file h5py raises nearly every kind.
        raise Unreadable(why) from error


def names_in(group: h5py.Group) -> list[str]:
    """Return the names of a group's members; bytes that are not UTF-8 become lone surrogates.

    Raises:
        Unreadable: The group is damaged.
    """
    with guarded():
        names: list[str | bytes] = list(group)  # pyright: ignore[reportAssignmentType]
        return [name if isinstance(name, str) else name.decode("utf-8", errors="surrogateescape") for name in names]


def find(group: h5py.Group, path: str) -> Member | None:
    """Open a member of a group by its flat path; None if there is none.

    Raises:
        Unreadable: It is there, and cannot be opened.
    """
    with guarded():
        found = _find(group.id, path, 0)
    return h5py.Group(found) if isinstance(found, h5g.GroupID) else h5py.Dataset(found) if found else None


def survey(group: h5py.Group, terms: Iterable[str] | None = None) -> Tree:
    """List everything below a group, without reading values.

    Args:
        group: The group.
        terms: Flat paths of the arrays and groups that matter: nothing else is looked at. All if None.

    Raises:
        Unreadable: The group itself is damaged.
    """
    tree = Tree()
    with guarded():
        place = _address(group.id)
    _survey(group.id, "", tree, (place,), None if terms is None else tuple(terms))
    return tree


def look_at(array: h5d.DatasetID) -> tuple[Shape, np.dtype]:
    """Return shape and type of an array that can be read.

    Raises:
        Unreadable: Its values lie elsewhere, it is packed in an unknown way, or it states a size that cannot be.
    """
    with guarded():
        return _look_at(array)


def read_values(group: h5py.Group, path: str) -> np.ndarray:
    """Read an array by its flat path; it has been found to be there.

    Raises:
        Unreadable: It is damaged, lies elsewhere, or is too large for the memory that is free.
    """
    with guarded():
        array = _find(group.id, path, 0)
        if not isinstance(array, h5d.DatasetID):
            raise Unreadable("is damaged and cannot be read")
        shape, dtype = _look_at(array)
        wanted = math.prod(shape) * dtype.itemsize
        if wanted > _ALWAYS_FITS and wanted > (free := free_memory()) * _SHARE_OF_MEMORY:
            raise Unreadable(f"takes {_size(wanted)} of memory, and {_size(free)} are free")
        return np.asarray(h5py.Dataset(array)[()])


def free_memory() -> float:
    """Return the memory that this process can still allocate, within its own limit [bytes]."""
    stated = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
    free = float(stated["MemAvailable"].split()[0]) * 1024
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit != resource.RLIM_INFINITY:
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        free = min(free, float(max(0, limit - used)))
    return free


def _look_at(array: h5d.DatasetID) -> tuple[Shape, np.dtype]:
    plan = array.get_create_plist()
    kind = plan.get_layout()
    # Before anything else is asked of it: even the shape of a virtual dataset may come from other files.
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
        if pieces > _MOST_CHUNKS:
            raise Unreadable(f"is cut into {pieces} chunks, and at most {_MOST_CHUNKS} are read")
        wanted = max(wanted, math.prod(chunk))
    wanted *= dtype.itemsize
    if wanted > _ALWAYS_FITS and wanted > (stored := array.get_storage_size()) * _MOST_UNPACKED:
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
    """Open what a link of this kind leads to; None if it is neither a group nor an array."""
    if kind == h5l.TYPE_SOFT:
        if hops == _MOST_HOPS:
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
    """List what is below a group; `above` are the addresses in the file of the group and of those that it lies in."""
    links: list[tuple[bytes, int]] = []
    try:
        with guarded():
            # One call for the names and kinds of all links: asking for each costs more than all else here.
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
                    if len(above) > _DEEPEST or place in above:
                        raise Unreadable("lies in itself" if place in above else "lies in too many groups")
                    _survey(item, path, tree, (*above, place), below)
        except Unreadable as error:
            tree.damage[printable(path)] = str(error)
        if len(tree.arrays) + len(tree.damage) > _MOST_ARRAYS:
            tree.damage[printable(path)] = f"is one of more than {_MOST_ARRAYS} arrays"
            return


def _address(group: h5g.GroupID) -> int:
    """Return what tells a group from the others of its file."""
    return h5o.get_info(group).addr


def printable(text: str) -> str:
    """Return a file's text in a form that a terminal shows in one line."""
    return text if text.isprintable() else ascii(text)[1:-1]


def _size(count: float) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
