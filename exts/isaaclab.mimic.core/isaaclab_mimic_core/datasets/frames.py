# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Large terms of running episodes (camera images), kept compressed in a side file until their episode is written.

A frame is one environment's value of one term in one step. The writer's thread compresses it as soon as it is
recorded, as one chunk of the dataset that it may become part of. Chunks of several steps would not be smaller, because
gzip looks back only 32 KiB, and reading one step would unpack all of them.

The side file is beside the dataset and has no name, so nothing is left of it when the process ends.
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
    """The place of a compressed frame in its side file."""

    slot: int
    num_bytes: int
    filter_mask: int


class _SideFile:
    """Compressed frames of one term, in slots that are reused so that the file stays small."""

    def __init__(self, folder: Path, shape: tuple[int, ...], dtype: np.dtype):
        self.shape, self.dtype = shape, dtype
        self._slot_bytes = int(np.prod(shape)) * dtype.itemsize
        file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115
        self._fd = file.fileno()
        # Open as long as somebody holds frames of it.
        weakref.finalize(self, file.close)
        # Two writers may give back slots at the same time.
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
    """All steps of one large term of a finished episode, read chunk by chunk when the episode is written.

    Args:
        shape: Its shape, time first.
        dtype: Its type.
        claimed: Future of the side file and of the frames' places in it.
    """

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype, claimed: "Future[tuple[_SideFile, list[_Frame]]]"):
        self.shape, self.dtype = shape, dtype
        self._claimed = claimed

    @property
    def stored_bytes(self) -> int:
        """Bytes that the frames take, compressed."""
        return sum(frame.num_bytes for frame in self._claimed.result()[1])

    def __iter__(self) -> Iterator[tuple[int, bytes, int]]:
        """Iterate over chunks: first row, bytes, and HDF5's filter mask (1: not compressed)."""
        file, frames = self._claimed.result()
        for row, frame in enumerate(frames):
            yield row, file.get(frame), frame.filter_mask

    def release(self) -> None:
        """Free the slots in the side file; calling it again is harmless."""
        file, frames = self._claimed.result()
        file.free(frames)
        frames.clear()


class FrameSpool:
    """Keeps the large terms of all running episodes on disk; the writer's thread does the work, in order.

    Only steps that the thread has not processed are in memory: at most the writer's `max_pending_bytes`, or one step of
    all environments if that is more, and one more step.

    Args:
        writer: The writer whose thread does the work, and beside whose file the side files lie.
    """

    def __init__(self, writer: BackgroundWriter):
        self._writer = writer
        self._folder = Path(os.path.realpath(writer.path)).parent
        self._types: dict[str, tuple[tuple[int, ...], np.dtype]] = {}
        # Used by the writer's thread alone. Per term, per environment: the frame of each tick.
        self._files: dict[str, _SideFile] = {}
        self._kept: dict[str, dict[int, dict[int, _Frame]]] = {}

    @property
    def num_slots(self) -> int:
        """Number of slots in the side files: the most frames that were kept at once."""
        return sum(file.num_slots for file in self._files.values())

    def keep(self, tick: int, terms: Mapping[str, np.ndarray]) -> None:
        """Store one step of all environments.

        Args:
            tick: Number of the step, higher each time.
            terms: By path, (num_envs, ...), on the host; they must not be changed afterwards.

        Raises:
            OutputError: Writing has failed.
        """
        for path, values in terms.items():
            self._types[path] = values.shape[1:], values.dtype
        self._writer.call(lambda: self._keep(tick, terms), sum(values.nbytes for values in terms.values()))

    def claim(self, env_id: int, ticks: Sequence[int]) -> dict[str, Frames]:
        """Remove some ticks of one environment, and return them as an episode's terms by path."""

        def frames(path: str, shape: tuple[int, ...], dtype: np.dtype) -> Frames:
            return Frames((len(ticks), *shape), dtype, self._writer.call(lambda: self._claim(path, env_id, ticks)))

        return {path: frames(path, *kind) for path, kind in self._types.items()}

    def drop(self, env_ids: Sequence[int], since: Sequence[int] | None = None) -> None:
        """Delete the frames of some environments: all, or for each environment those from tick `since` on."""
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
                # Ticks only grow, so what is to go lies at the end.
                late = [tick for tick in kept if tick >= first]
                file.free([kept.pop(tick) for tick in late])
