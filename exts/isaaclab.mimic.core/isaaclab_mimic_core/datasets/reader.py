# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Reading dataset files: ours, Isaac Lab's and older ones."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ..errors import DatasetError, InputFileError
from . import layout
from .attributes import read_attrs
from .episode import Episode
from .opening import data_group, open_for_reading


class DatasetReader:
    """A dataset file opened for reading; a context manager.

    Root poses come out with quaternions xyzw whatever the file stores. A file that is being written by
    `DatasetWriter` may be opened at any time; the reader keeps seeing it as it was then.

    Args:
        path: The file.
        allow_empty: Whether a file without demonstrations is acceptable.

    Raises:
        InputFileError: The file cannot be opened, is not a dataset, or has no demonstrations.
    """

    def __init__(self, path: str | os.PathLike[str], allow_empty: bool = False):
        self.path = Path(path)
        self._file = open_for_reading(self.path)
        try:
            self._data = data_group(self._file)
            self.format_version = self._read_format_version()
            self.episode_names = sorted(
                (name for name, item in self._data.items() if isinstance(item, h5py.Group)), key=layout.natural_order
            )
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
    def data_attrs(self) -> dict[str, Any]:
        """Attributes of the group `data` as plain data."""
        return read_attrs(self._data)

    @property
    def env_args(self) -> dict[str, Any]:
        """What the file says of its environment: `env_name`, `type`, `env_kwargs`; empty if nothing.

        Raises:
            DatasetError: It is not JSON.
        """
        value = self.data_attrs.get(layout.ATTR_ENV_ARGS, {})
        if not isinstance(value, dict):
            raise DatasetError(
                "the attribute env_args of the group 'data' is not a JSON object",
                where=str(self.path),
                remedy="Repair the file, or record it again.",
            )
        return value

    @property
    def env_name(self) -> str:
        """The task the demonstrations were made in; empty if the file does not say."""
        return str(self.env_args.get("env_name") or "")

    def attrs(self, name: str) -> dict[str, Any]:
        """Return a demonstration's attributes as plain data, without reading its arrays."""
        return read_attrs(self._demo(name))

    def has(self, name: str, path: str) -> bool:
        """Whether a demonstration has this dataset or group."""
        return path in self._demo(name)

    def shapes(self, name: str) -> dict[str, tuple[tuple[int, ...], np.dtype]]:
        """Return shape and type of every array of a demonstration by flat path, without reading them."""
        return {path: (dataset.shape, dataset.dtype) for path, dataset in _datasets(self._demo(name))}

    def read(self, name: str, paths: Iterable[str] | None = None) -> Episode:
        """Read a demonstration.

        Args:
            name: Its name, for example `demo_0`.
            paths: Flat paths of datasets or groups to read; all if None.

        Raises:
            DatasetError: The demonstration or one of the paths is missing, or cannot be read.
        """
        demo = self._demo(name)
        data: dict[str, np.ndarray] = {}
        for path, dataset in self._select(demo, name, paths):
            try:
                values = dataset[()]
            except OSError as error:
                raise DatasetError(
                    f"{path} is damaged and cannot be read", where=self._where(name), remedy="Copy the file again."
                ) from error
            if self.legacy_quaternions and layout.is_root_pose(path) and values.shape[-1:] == (7,):
                values = layout.wxyz_to_xyzw(values)
            data[path] = values
        return Episode(data, read_attrs(demo), name)

    def episodes(self, paths: Iterable[str] | None = None) -> Iterator[Episode]:
        """Read the demonstrations one after another, in natural order; arguments as for `read`."""
        paths = None if paths is None else list(paths)
        for name in self.episode_names:
            yield self.read(name, paths)

    def close(self) -> None:
        """Close the file; closing twice is harmless."""
        self._file.close()

    def __len__(self) -> int:
        return len(self.episode_names)

    def __enter__(self) -> "DatasetReader":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def _read_format_version(self) -> int:
        version = self._file.attrs.get(layout.ATTR_FORMAT_VERSION, layout.LEGACY_VERSION)
        version = int(np.asarray(version).reshape(-1)[0])
        if version > layout.FORMAT_VERSION:
            raise InputFileError(
                f"has format version {version}; this program knows versions up to {layout.FORMAT_VERSION}",
                where=str(self.path),
                remedy="Update this program.",
            )
        return version

    def _where(self, name: str) -> str:
        return f"{self.path}, {name}"

    def _demo(self, name: str) -> h5py.Group:
        demo = self._data.get(name)
        if not isinstance(demo, h5py.Group):
            names = self.episode_names
            there = f"{names[0]} to {names[-1]}" if names else "none"
            raise DatasetError(
                f"there is no demonstration {name!r}",
                where=str(self.path),
                remedy=f"It holds {len(names)} demonstrations: {there}.",
            )
        return demo

    def _select(self, demo: h5py.Group, name: str, paths: Iterable[str] | None) -> Iterator[tuple[str, h5py.Dataset]]:
        if paths is None:
            yield from _datasets(demo)
            return
        for path in paths:
            item = demo.get(path)
            if isinstance(item, h5py.Group):
                yield from _datasets(item, path)
            elif isinstance(item, h5py.Dataset):
                yield path, item
            else:
                raise DatasetError(
                    f"there is no {path} in this demonstration",
                    where=self._where(name),
                    remedy=f"See what the file holds: mimic info {self.path}",
                )


def _datasets(group: h5py.Group, prefix: str = "") -> Iterator[tuple[str, h5py.Dataset]]:
    """Walk all datasets below a group with their flat paths."""
    for key, item in group.items():
        path = f"{prefix}/{key}" if prefix else key
        if isinstance(item, h5py.Group):
            yield from _datasets(item, path)
        elif isinstance(item, h5py.Dataset):
            yield path, item
