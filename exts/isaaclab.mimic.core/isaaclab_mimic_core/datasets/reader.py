# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Read dataset files of this project and of Isaac Lab, older versions included."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ..errors import LOOK_INTO, DatasetError, InputFileError, Remedy
from . import layout
from .attributes import Attributes, read_attrs
from .episode import Episode
from .opening import data_group, open_for_reading
from .tree import Shape, Tree, Unreadable, find, look_at, names_in, printable, read_values, survey

_AGAIN = Remedy(
    "Copy the file again, or leave this out: mimic check FILE names all that is damaged, mimic drop leaves it out.",
    LOOK_INTO,
)
_MASK_AGAIN = Remedy("Write the mask again; mimic info FILE shows what the file holds.", LOOK_INTO)


def read_dataset(path: str | os.PathLike[str], paths: Iterable[str] | None = None) -> Iterator[Episode]:
    """Yield the demonstrations of a file one by one, in natural order; close the file at the end.

    Args:
        path: The file.
        paths: Flat paths of the arrays or groups to read (`actions`, `obs/eef_pos`, `states`); all if None.

    Raises:
        InputFileError: The file cannot be opened, is not a dataset, or has no demonstrations.
        DatasetError: An array is missing or cannot be read.
    """
    with DatasetReader(path) as reader:
        yield from reader.episodes(paths)


class DatasetReader:
    """A dataset file opened for reading; a context manager.

    Quaternions of root poses are returned as xyzw, also from older files with wxyz. A file may be opened at any time
    while `DatasetWriter` writes it; the reader then sees the state at the time of opening.

    Args:
        path: The file.
        allow_empty: Whether to accept a file without demonstrations.

    Raises:
        InputFileError: The file cannot be opened, is not a dataset, or has no demonstrations.
    """

    def __init__(self, path: str | os.PathLike[str], allow_empty: bool = False):
        self.path = Path(path)
        self._file = open_for_reading(self.path)
        try:
            self._data = data_group(self._file)
            self.format_version = self._read_format_version()
            self._trees: dict[tuple[str, tuple[str, ...] | None], Tree] = {}
            # The demonstration opened last: most calls ask for the same one again.
            self._open = "", self._data
            self.episode_names = self._find_episodes()
            if not self.episode_names and not allow_empty:
                raise InputFileError(
                    "holds no demonstrations", where=str(self.path), remedy="Record some: mimic record --output FILE"
                )
        except BaseException:
            self._file.close()
            raise

    @property
    def legacy_quaternions(self) -> bool:
        """Whether the file stores quaternions as wxyz."""
        return self.format_version < layout.FORMAT_VERSION

    @property
    def file_attrs(self) -> dict[str, Any]:
        """Valid attributes of the file itself, as plain data (module `attributes`)."""
        return read_attrs(self._file).values

    @property
    def data_attrs(self) -> dict[str, Any]:
        """Valid attributes of the group `data`, as plain data (module `attributes`)."""
        return read_attrs(self._data).values

    @property
    def data_attr_faults(self) -> dict[str, str]:
        """Invalid attributes of the group `data`: name -> reason."""
        return read_attrs(self._data).faults

    @property
    def env_args(self) -> dict[str, Any]:
        """Description of the environment: `env_name`, `type`, `env_kwargs`; empty if the file has none.

        Raises:
            DatasetError: It is not a JSON object.
        """
        attrs = read_attrs(self._data)
        if fault := attrs.faults.get(layout.ATTR_ENV_ARGS):
            raise DatasetError(
                f"the attribute env_args of the group 'data' {fault}",
                where=str(self.path),
                remedy="Repair the file, or record it again.",
            )
        return attrs.values.get(layout.ATTR_ENV_ARGS, {})

    @property
    def env_name(self) -> str:
        """Name of the task in which the demonstrations were made, in printable form; empty if the file does not say."""
        return printable(str(self.env_args.get("env_name") or ""))

    @property
    def example(self) -> str:
        """Name of a demonstration that represents the file's layout: the first with actions and without damage.

        The first of all if there is none such.
        """
        whole = (name for name in self.episode_names if layout.ACTIONS in self.shapes(name) and not self.damage(name))
        return next(whole, self.episode_names[0])

    def attrs(self, name: str) -> dict[str, Any]:
        """Return a demonstration's valid attributes as plain data, without reading its arrays.

        `num_samples` is always included, and is the number of actions.
        """
        return {**self.stated(name).values, layout.ATTR_NUM_SAMPLES: self.num_samples(name)}

    def stated(self, name: str) -> Attributes:
        """Return a demonstration's attributes as stored, valid and invalid; none if it cannot be opened."""
        try:
            return read_attrs(self._demo(name))
        except Unreadable:
            return Attributes({}, {})

    def num_samples(self, name: str) -> int:
        """Return the number of a demonstration's actions; 0 if they are missing or cannot be read."""
        try:
            actions = find(self._demo(name), layout.ACTIONS)
            shape = look_at(actions.id)[0] if isinstance(actions, h5py.Dataset) else ()
        except Unreadable:
            return 0
        return shape[0] if shape else 0

    def has(self, name: str, path: str) -> bool:
        """Return whether a demonstration has this array or group, even if it cannot be opened."""
        try:
            return find(self._demo(name), path) is not None
        except Unreadable:
            return True

    def shapes(self, name: str, terms: Iterable[str] | None = None) -> dict[str, tuple[Shape, np.dtype]]:
        """Return shape and type of a demonstration's readable arrays by flat path, without reading values.

        `damage` names the others.

        Args:
            name: Name of the demonstration.
            terms: Flat paths of the arrays and groups to include; all if None.
        """
        return self._tree(name, terms).arrays

    def damage(self, name: str, terms: Iterable[str] | None = None) -> dict[str, str]:
        """Return why arrays and groups of a demonstration cannot be read: flat path -> reason.

        The path of the demonstration itself is empty. Values are not read, so they may still turn out to be damaged.

        Args:
            name, terms: As for `shapes`.
        """
        return self._tree(name, terms).damage

    def read(self, name: str, paths: Iterable[str] | None = None) -> Episode:
        """Read a demonstration.

        Args:
            name: Its name, for example `demo_0`.
            paths: Flat paths of the arrays or groups to read; all if None.

        Raises:
            DatasetError: The demonstration or one of the paths is missing, or cannot be read.
        """
        tree = self._tree(name)
        data: dict[str, np.ndarray] = {}
        for path in self._select(tree, name, paths):
            try:
                data[path] = self.values(name, path)
            except Unreadable as error:
                raise self._cannot_read(name, path, str(error)) from error
        return Episode(data, self.attrs(name), name)

    def values(self, name: str, path: str) -> np.ndarray:
        """Return the values of an array that `shapes` lists.

        Raises:
            Unreadable: The array is damaged, or too large for the free memory.
        """
        values = read_values(self._demo(name), path)
        if self.legacy_quaternions and layout.is_root_pose(path) and values.shape[-1:] == (7,):
            values = layout.wxyz_to_xyzw(values)
        return values

    def episodes(self, paths: Iterable[str] | None = None) -> Iterator[Episode]:
        """Yield the demonstrations one by one, in natural order; arguments and errors as for `read`."""
        paths = None if paths is None else list(paths)
        for name in self.episode_names:
            yield self.read(name, paths)

    @property
    def masks(self) -> list[str]:
        """Keys of the file's masks (robomimic: filter keys).

        Raises:
            DatasetError: The group of masks cannot be read.
        """
        try:
            group = find(self._file, layout.MASK)
            return [printable(key) for key in names_in(group)] if isinstance(group, h5py.Group) else []
        except Unreadable as error:
            raise DatasetError(str(error), where=f"{self.path}, {layout.MASK}", remedy=_MASK_AGAIN) from error

    def mask(self, key: str) -> list[str]:
        """Return the names in a mask (robomimic: filter key) as stored; `check.masked` checks them.

        Raises:
            DatasetError: The file has no such mask, or the mask is not a list of names.
        """
        path = layout.join(layout.MASK, key)
        where = f"{self.path}, {path}"
        try:
            if not isinstance(find(self._file, path), h5py.Dataset):
                there = ", ".join(self.masks) or "(none)"
                raise DatasetError("is not in the file", where=where, remedy=f"It has the masks {there}.")
            values = read_values(self._file, path)
        except Unreadable as error:
            raise DatasetError(str(error), where=where, remedy=_MASK_AGAIN) from error
        if values.ndim != 1 or values.dtype.kind not in "OSU":
            raise DatasetError("is no list of names", where=where, remedy=_MASK_AGAIN)
        names = [name.decode("utf-8", errors="replace") if isinstance(name, bytes) else str(name) for name in values]
        return [printable(name.rstrip("\0")) for name in names]

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._file.close()

    def __len__(self) -> int:
        return len(self.episode_names)

    def __enter__(self) -> "DatasetReader":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def _read_format_version(self) -> int:
        attrs = read_attrs(self._file)
        if fault := attrs.faults.get(layout.ATTR_FORMAT_VERSION):
            raise InputFileError(f"its attribute format_version {fault}", where=str(self.path), remedy=_AGAIN)
        version = attrs.values.get(layout.ATTR_FORMAT_VERSION, layout.LEGACY_VERSION)
        if version > layout.FORMAT_VERSION:
            raise InputFileError(
                f"has format version {version}; this program knows versions up to {layout.FORMAT_VERSION}",
                where=str(self.path),
                remedy="Update this program.",
            )
        return version

    def _find_episodes(self) -> list[str]:
        """Return the names of the demonstrations in natural order, including those that cannot be opened."""
        try:
            names = names_in(self._data)
        except Unreadable as error:
            raise InputFileError(f"its group 'data' {error}", where=str(self.path), remedy=_AGAIN) from error
        found = []
        for name in names:
            try:
                if not isinstance(find(self._data, name), h5py.Dataset | None):
                    found.append(name)
            except Unreadable:
                found.append(name)
        for name in found:
            if name != printable(name):
                raise InputFileError(
                    f"a demonstration's name is not text: {printable(name)}", where=str(self.path), remedy=_AGAIN
                )
        return sorted(found, key=layout.natural_order)

    def _cannot_read(self, name: str, path: str, why: str) -> DatasetError:
        return DatasetError(f"{path} {why}".strip(), where=f"{self.path}, {name}", remedy=_AGAIN)

    def _tree(self, name: str, terms: Iterable[str] | None = None) -> Tree:
        key = name, None if terms is None else tuple(terms)
        if key not in self._trees:
            try:
                self._trees[key] = survey(self._demo(name), key[1])
            except Unreadable as error:
                self._trees[key] = Tree(damage={"": str(error)})
        return self._trees[key]

    def _demo(self, name: str) -> h5py.Group:
        """Return a demonstration's group. Raise `Unreadable` if it exists but cannot be opened."""
        if self._open[0] == name:
            return self._open[1]
        demo = find(self._data, name)
        if not isinstance(demo, h5py.Group):
            names = self.episode_names
            there = f"{names[0]} to {names[-1]}" if names else "none"
            raise DatasetError(
                f"there is no demonstration {name!r}",
                where=str(self.path),
                remedy=f"It holds {len(names)} demonstrations: {there}.",
            )
        self._open = name, demo
        return demo

    def _select(self, tree: Tree, name: str, paths: Iterable[str] | None) -> list[str]:
        """Return the paths of the arrays to read. Raise an error if one of them is missing or unreadable."""
        chosen: list[str] = []
        for wanted in [""] if paths is None else paths:
            start = f"{wanted}/" if wanted else ""
            for path, why in tree.damage.items():
                if path == wanted or path.startswith(start) or wanted.startswith(f"{path}/") or not path:
                    raise self._cannot_read(name, path, why)
            inside = [path for path in tree.arrays if path == wanted or path.startswith(start)]
            if not inside and wanted and not self.has(name, wanted):
                raise DatasetError(
                    f"there is no {wanted} in this demonstration",
                    where=f"{self.path}, {name}",
                    remedy=Remedy(f"See what the file holds: mimic info {self.path}", LOOK_INTO),
                )
            chosen += inside
        return chosen
