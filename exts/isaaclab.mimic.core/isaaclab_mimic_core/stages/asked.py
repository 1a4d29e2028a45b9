# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Base of the shares: stages of workers, which do what they are asked for (`cluster.shared_work`)."""

import json
import os
import pickle
import time
import uuid
from abc import abstractmethod
from collections import deque
from concurrent.futures import Future
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..datasets import BackgroundWriter, DatasetWriter, Episode, FrameSpool
from ..datasets.encoding import pack_episode
from ..events import Event, PieceMade
from ..files import write_atomically
from .stage import Stage

if TYPE_CHECKING:
    from ..envs import BatchedEnv
    from .replay.playback import Playback

_REST = 0.05
"""Time between two looks for work [s]."""


class AskedStage(Stage):
    """Waits without work for the driver: mix it in before the class of the stage that does the work."""

    @property
    @abstractmethod
    def _is_idle(self) -> bool:
        """Whether it is ready and has nothing to do."""

    @property
    def due(self) -> float:
        """Without anything to do, a moment from now."""
        return max(super().due, time.monotonic() + _REST) if self._is_idle and not self._stopping else super().due


class AskedPlayback(AskedStage):
    """Plays the demonstrations that it is asked for, each in the environment in which one process would."""

    _playback: "Playback | None"

    def __init__(self, *arguments: Any):
        super().__init__(*arguments)
        self._place: dict[int, int] = {}
        """Demonstration -> environment."""

    @property
    def _is_idle(self) -> bool:
        return self._playback is not None and self._playback.done

    def _request(self, name: str, **arguments: Any) -> None:
        """Offer `work(numbers)`: demonstrations to play, by their places among those that are wanted."""
        if name == "work":
            assert self._playback is not None
            for number in map(int, arguments["numbers"]):
                self._playback.add(self._place[number], number)
        else:
            super()._request(name, **arguments)

    def _assign(self, *arguments: Any) -> list[list[int]]:
        """Keep where the stage would play each demonstration; none is played before it is asked for."""
        queues = super()._assign(*arguments)  # type: ignore[misc]  # of the stage that it is mixed into
        self._place = {index: env_id for env_id, queue in enumerate(queues) for index in queue}
        return [[] for _ in queues]


def told_of(env: "BatchedEnv") -> dict[str, Any]:
    """Return what a driver has to know of a worker's environments (`ShareReady.about`)."""
    resolved = {name: env.info.get(name) for name in ("physics", "assets", "ik")}
    simulation = {"info": env.info, "device": str(env.device), "num_envs": env.num_envs, "env_args": env.env_args()}
    return {**resolved, **simulation}


def put_piece(folder: str, number: int, value: Any) -> PieceMade:
    """Write plain data as piece `number`; the file has its name only when it is whole.

    Raises:
        OutputError: It cannot be written.
    """
    path = Path(folder) / f"piece_{number}.json"
    write_atomically(path, lambda beside: beside.write_text(json.dumps(value)))
    return PieceMade(number, str(path))


class EpisodePieces:
    """Writes pieces with episodes in the background.

    Args:
        resources: What is closed at the end.
        folder: Where the pieces go.
        env_args: robomimic's metadata of the environments.
    """

    def __init__(self, resources: ExitStack, folder: str, env_args: dict):
        self._folder = Path(folder)
        # Nothing is ever committed to this file: its thread packs and writes pieces, its folder holds frames.
        scratch = DatasetWriter(self._folder / f"scratch-{uuid.uuid4().hex}.hdf5", env_args)
        self._writer = resources.enter_context(BackgroundWriter(scratch))
        self._pieces: deque[tuple[int, str, Future]] = deque()

    def spool(self) -> FrameSpool:
        """Return a spool that keeps camera images of running episodes."""
        return FrameSpool(self._writer)

    def put(self, number: int, told: Any, episode: Episode | None) -> None:
        """Write what is told of an episode, plain data or a dataclass, and the episode if it is kept."""
        path = self._folder / f"piece_{number}.pickle"
        num_bytes = sum(array.nbytes for array in episode.data.values()) if episode else 0
        future = self._writer.call(lambda: _write(path, told, episode), num_bytes)
        self._pieces.append((number, str(path), future))

    def take(self) -> list[Event]:
        """Return an event for each piece that has been written since the last call."""
        self._writer.poll()  # Raises what has gone wrong there.
        events: list[Event] = []
        while self._pieces and self._pieces[0][2].done():
            number, path, future = self._pieces.popleft()
            future.result()
            events.append(PieceMade(number, path))
        return events


def _write(path: Path, told: Any, episode: Episode | None) -> None:
    """Write a piece; the file has its name only when it is whole."""
    # A worker that was taken for lost may still write the same one.
    beside = path.with_suffix(f".{uuid.uuid4().hex}.part")
    try:
        beside.write_bytes(pickle.dumps((told, None if episode is None else pack_episode(episode))))
        os.replace(beside, path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def read_episode(path: Path) -> tuple[Any, Any]:
    """Read a piece that a worker of this run has written: what it tells, and the encoded episode or None."""
    return pickle.loads(path.read_bytes())
