# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Read the parts of a dataset file that a report shows."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..datasets import DatasetReader, first_change, layout
from ..datasets.attributes import history
from ..datasets.origin import parts_of
from ..errors import DatasetError

MAX_PATHS = 40
"""Maximum number of demonstrations whose paths are drawn: more would cover each other."""
MAX_STARTS = 1000
"""Maximum number of demonstrations whose initial object positions are drawn."""

_EEF_POSITION = re.compile(rf"{layout.OBS}/((?:\w+_)?eef_pos)\Z")
_OBJECT = re.compile(rf"{layout.INITIAL_STATE}/rigid_object/([^/]+)/{layout.ROOT_POSE}\Z")


@dataclass(frozen=True)
class Demo:
    """Attributes of a demonstration."""

    name: str
    steps: int
    """Length [steps]."""
    attempt: int | None = None
    """Number of the attempt that generated it; None if unknown."""
    sources: dict[str, list[str]] = field(default_factory=dict)
    """End effector -> source demonstration of each subtask; empty if unknown."""


@dataclass(frozen=True)
class Contents:
    """The parts of a dataset file that a report shows. Parts that the file lacks are empty."""

    path: Path
    env_name: str = ""
    """Name of the task."""
    run: dict[str, Any] = field(default_factory=dict)
    """History entry of the run that generated the file."""
    demos: list[Demo] = field(default_factory=list)
    eef_paths: dict[str, list[np.ndarray]] = field(default_factory=dict)
    """End effector -> positions (T, 3) [m], env frame, of at most `MAX_PATHS` demonstrations."""
    starts: dict[str, np.ndarray] = field(default_factory=dict)
    """Object -> initial x, y [m], env frame, and yaw [rad]: (N, 3), of at most `MAX_STARTS` demonstrations."""
    signals: list[str] = field(default_factory=list)
    """Subtask signals, in the order in which they change in the first demonstration."""

    @property
    def lengths(self) -> np.ndarray:
        """Lengths of the demonstrations, without unknown ones: (N,) [steps]."""
        return np.array([demo.steps for demo in self.demos if demo.steps > 0], dtype=int)


def read_contents(path: str | os.PathLike[str]) -> Contents:
    """Read the parts of a file that a report shows.

    Raises:
        InputFileError: The file cannot be opened or is not a dataset.
    """
    with DatasetReader(path, allow_empty=True) as reader:
        names = reader.episode_names
        shapes = {name: shape for name, (shape, _) in reader.shapes(names[0]).items()} if names else {}
        return Contents(
            path=Path(path),
            env_name=_env_name(reader),
            run=history(reader.data_attrs, "generated"),
            demos=[_demo(reader, name) for name in names],
            eef_paths=_eef_paths(reader, shapes, evenly(names, MAX_PATHS)),
            starts=_starts(reader, shapes, evenly(names, MAX_STARTS)),
            signals=_signals(reader, shapes),
        )


def evenly(items: Sequence[Any] | np.ndarray, most: int) -> list[Any]:
    """Return at most `most` of the items, evenly spread."""
    if len(items) <= most:
        return list(items)
    return [items[i] for i in np.linspace(0, len(items) - 1, most).round().astype(int)]


def yaw(pose: np.ndarray) -> np.ndarray:
    """Return the heading of each pose's x axis seen from above [rad]: (..., 7) -> (...), quaternions xyzw."""
    x, y, z, w = np.moveaxis(np.asarray(pose, dtype=float)[..., 3:7], -1, 0)
    return np.arctan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))


def _env_name(reader: DatasetReader) -> str:
    try:
        return reader.env_name
    except DatasetError:
        return ""


def _demo(reader: DatasetReader, name: str) -> Demo:
    attrs = reader.attrs(name)
    attempt = history(attrs, "generated").get("attempt")
    used = {eef: [part.demo for part in parts] for eef, parts in parts_of(attrs).items()}
    return Demo(name, reader.num_samples(name), attempt if isinstance(attempt, int) else None, used)


def _eef_paths(reader: DatasetReader, shapes: dict[str, tuple], names: list[str]) -> dict[str, list[np.ndarray]]:
    """Read the end effectors' positions from observations `eef_pos` or `<side>_eef_pos`, else from the annotation."""
    found = {match[1]: path for path in shapes if (match := _EEF_POSITION.match(path)) and shapes[path][-1:] == (3,)}
    if not found:
        start = layout.EEF_POSE + "/"
        found = {path.removeprefix(start): path for path in shapes if path.startswith(start)}
    paths: dict[str, list[np.ndarray]] = {eef: [] for eef in found}
    for values in _read_each(reader, names, list(found.values())):
        for eef, path in found.items():
            value = values[path]
            positions = value[:, :3, 3] if value.ndim == 3 else value
            paths[eef].append(positions[np.isfinite(positions).all(axis=1)])
    return paths


def _starts(reader: DatasetReader, shapes: dict[str, tuple], names: list[str]) -> dict[str, np.ndarray]:
    found = {match[1]: path for path in shapes if (match := _OBJECT.match(path)) and shapes[path][-1:] == (7,)}
    starts: dict[str, list[np.ndarray]] = {name: [] for name in found}
    for values in _read_each(reader, names, list(found.values())):
        for name, path in found.items():
            pose = values[path][:1]
            if np.isfinite(pose).all():
                starts[name].append(np.column_stack([pose[:, :2], yaw(pose)]))
    return {name: np.concatenate(starts[name]) for name in sorted(starts, key=layout.natural_order) if starts[name]}


def _signals(reader: DatasetReader, shapes: dict[str, tuple]) -> list[str]:
    start = layout.TERM_SIGNALS + "/"
    paths = [path for path in shapes if path.startswith(start)]
    rises = {}
    for values in _read_each(reader, reader.episode_names[:1], paths):
        rises = {path.removeprefix(start): first_change(values[path]) for path in paths}
    return sorted((name for name in rises if rises[name] is not None), key=lambda name: (rises[name], name))


def _read_each(reader: DatasetReader, names: list[str], paths: list[str]) -> Iterator[dict[str, np.ndarray]]:
    """Yield the arrays of each demonstration that has all of them."""
    for name in names if paths else ():
        try:
            yield reader.read(name, paths).data
        except DatasetError:
            # Leave the demonstration out; `mimic check` reports the damage.
            continue
