# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Large terms of running episodes (camera images), kept compressed in a side file until their episode is written.

A frame is one environment's value of one term in one step. It is compressed by the writer's thread as soon as it was
recorded, and is one chunk of the dataset that it may become later: gzip looks back 32 KiB, less than a frame, so that
chunks of many steps would be no smaller, and who reads single steps unpacks no more than those.

The side file lies beside the dataset, without a name: whatever ends the process, nothing of it is left.
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
    """Where a compressed frame lies."""

    slot: int
    num_bytes: int
    filter_mask: int


class _SideFile:
    """Compressed frames of one term. Slots of one frame's size are used again, so the file stays as small as it can."""

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
    """All steps of one large term of an episode that has ended, read piece by piece when it is written.

    Args:
        shape: Its shape, time first.
        dtype: Its type.
        claimed: Will say in which file they lie, and where.
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
        """Give the room in the side file back; harmless when repeated."""
        file, frames = self._claimed.result()
        file.free(frames)
        frames.clear()


class FrameSpool:
    """Keeps the large terms of all running episodes on disk; its work is done by the writer's thread, in order.

    In memory are only the steps that the thread has not got to yet: at most the writer's `max_pending_bytes`, or one
    step of all environments if that is more, and one such step on its way.

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
        """Frames that the side files have room for: the most that were ever kept at once."""
        return sum(file.num_slots for file in self._files.values())

    def keep(self, tick: int, terms: Mapping[str, np.ndarray]) -> None:
        """Take over one step of all environments.

        Args:
            tick: Number of the step, higher each time.
            terms: By path, (num_envs, ...), on the host; not to be changed any more.

        Raises:
            OutputError: Writing has failed.
        """
        for path, values in terms.items():
            self._types[path] = values.shape[1:], values.dtype
        self._writer.call(lambda: self._keep(tick, terms), sum(values.nbytes for values in terms.values()))

    def claim(self, env_id: int, ticks: Sequence[int]) -> dict[str, Frames]:
        """Take some ticks of one environment out, as an episode's terms by path."""

        def frames(path: str, shape: tuple[int, ...], dtype: np.dtype) -> Frames:
            return Frames((len(ticks), *shape), dtype, self._writer.call(lambda: self._claim(path, env_id, ticks)))

        return {path: frames(path, *kind) for path, kind in self._types.items()}

    def drop(self, env_ids: Sequence[int], since: Sequence[int] | None = None) -> None:
        """Forget what some environments recorded: everything, or each what it recorded at ticks `since` and later."""
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
