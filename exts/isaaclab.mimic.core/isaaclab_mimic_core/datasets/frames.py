# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Store large terms of running episodes (camera images) in a temporary file until their episode is written.

A frame is the value of one term in one environment and step. The writer's thread compresses each frame as soon as it is
recorded, as a chunk of the HDF5 dataset. Chunks of several steps would not be smaller, because gzip looks back only
32 KiB, and reading one step would unpack all of them.

The temporary file (side file) is in the folder of the dataset and has no name, so it vanishes with the process.
"""

import os
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np

from .async_writer import BackgroundWriter
from .encoding import compress


@dataclass(frozen=True)
class _Frame:
    """Position of a compressed frame in its side file."""

    slot: int
    num_bytes: int
    filter_mask: int


class _SideFile:
    """Compressed frames of one term, in slots of equal size that are reused."""

    def __init__(self, folder: Path, shape: tuple[int, ...], dtype: np.dtype):
        self.shape, self.dtype = shape, dtype
        self._slot_bytes = int(np.prod(shape)) * dtype.itemsize
        file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115
        self._fd = file.fileno()
        # Closed when no `Frames` refers to it any more.
        weakref.finalize(self, file.close)
        # Two writers may free slots at the same time.
        self._lock = Lock()
        self._free: list[int] = []
        self.num_slots = 0

    def put(self, values: np.ndarray) -> _Frame:
        block, filter_mask = compress(values)
        with self._lock:
            slot = self._free.pop() if self._free else self.num_slots
            self.num_slots = max(self.num_slots, slot + 1)
        left, offset = memoryview(block).cast("B"), slot * self._slot_bytes
        while left:
            written = os.pwrite(self._fd, left, offset)
            left, offset = left[written:], offset + written
        return _Frame(slot, len(block), filter_mask)

    def get(self, frame: _Frame) -> bytes:
        return os.pread(self._fd, frame.num_bytes, frame.slot * self._slot_bytes)

    def free(self, frames: Sequence[_Frame]) -> None:
        with self._lock:
            self._free += [frame.slot for frame in frames]


class Frames:
    """All steps of one large term of a finished episode; implements `Chunks`.

    Args:
        shape: Shape of the term, time first: (T, ...).
        dtype: Type of the term.
        claimed: Future of the side file and the frames in it.
    """

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype, claimed: "Future[tuple[_SideFile, list[_Frame]]]"):
        self.shape, self.dtype = shape, dtype
        self._claimed = claimed

    @property
    def stored_bytes(self) -> int:
        """Size of the compressed frames [bytes]."""
        return sum(frame.num_bytes for frame in self._claimed.result()[1])

    def __iter__(self) -> Iterator[tuple[int, bytes, int]]:
        """Yield row, bytes and HDF5's filter mask (1: not compressed) of each frame."""
        file, frames = self._claimed.result()
        for row, frame in enumerate(frames):
            yield row, file.get(frame), frame.filter_mask

    def release(self) -> None:
        """Free the slots in the side file; may be called again."""
        file, frames = self._claimed.result()
        file.free(frames)
        frames.clear()


class FrameSpool:
    """Store the large terms of all running episodes on disk, in the writer's thread.

    Only steps that the thread has not yet processed are in memory: at most the writer's `max_pending_bytes`, or one
    step of all environments if that is more, and one more step.

    Args:
        writer: The writer whose thread to use. The side files are in the folder of its dataset.
    """

    def __init__(self, writer: BackgroundWriter):
        self._writer = writer
        self._folder = Path(os.path.realpath(writer.path)).parent
        self._types: dict[str, tuple[tuple[int, ...], np.dtype]] = {}
        # Used only by the writer's thread. Term -> environment -> step number (tick) -> frame.
        self._files: dict[str, _SideFile] = {}
        self._kept: dict[str, dict[int, dict[int, _Frame]]] = {}

    @property
    def num_slots(self) -> int:
        """Number of slots in the side files, which is the maximum number of frames stored at a time."""
        return sum(file.num_slots for file in self._files.values())

    def keep(self, tick: int, terms: Mapping[str, np.ndarray]) -> None:
        """Store one step of all environments.

        Args:
            tick: Step number, greater in each call.
            terms: Flat path -> values of all environments: (num_envs, ...). They must not be changed afterwards.

        Raises:
            OutputError: Writing has failed.
        """
        for path, values in terms.items():
            self._types[path] = values.shape[1:], values.dtype
        self._writer.call(lambda: self._keep(tick, terms), sum(values.nbytes for values in terms.values()))

    def claim(self, env_id: int, ticks: Sequence[int]) -> dict[str, Frames]:
        """Hand over the frames of some steps of one environment, to be written with an episode.

        Args:
            env_id: The environment.
            ticks: Step numbers.

        Returns:
            Flat path -> frames: (len(ticks), ...).
        """

        def frames(path: str, shape: tuple[int, ...], dtype: np.dtype) -> Frames:
            return Frames((len(ticks), *shape), dtype, self._writer.call(lambda: self._claim(path, env_id, ticks)))

        return {path: frames(path, *kind) for path, kind in self._types.items()}

    def drop(self, env_ids: Sequence[int], since: Sequence[int] | None = None) -> None:
        """Delete frames of some environments: all, or for each environment those from step number `since` on."""
        self._writer.call(lambda: self._drop(env_ids, [0] * len(env_ids) if since is None else since))

    def _keep(self, tick: int, terms: Mapping[str, np.ndarray]) -> None:
        for path, values in terms.items():
            if path not in self._files:
                self._files[path] = _SideFile(self._folder, values.shape[1:], values.dtype)
                self._kept[path] = {env_id: {} for env_id in range(len(values))}
            for env_id, frame in enumerate(values):
                self._kept[path][env_id][tick] = self._files[path].put(frame)

    def _claim(self, path: str, env_id: int, ticks: Sequence[int]) -> tuple[_SideFile, list[_Frame]]:
        kept = self._kept[path][env_id]
        return self._files[path], [kept.pop(tick) for tick in ticks]

    def _drop(self, env_ids: Sequence[int], since: Sequence[int]) -> None:
        for path, file in self._files.items():
            for env_id, first in zip(env_ids, since, strict=True):
                kept = self._kept[path][env_id]
                late = [tick for tick in kept if tick >= first]
                file.free([kept.pop(tick) for tick in late])
