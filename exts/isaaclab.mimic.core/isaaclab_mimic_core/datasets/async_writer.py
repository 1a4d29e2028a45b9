# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Write episodes in a background thread with a bounded queue."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from ..errors import NoSpaceError
from .encoding import EncodedEpisode
from .episode import Episode
from .writer import DatasetWriter, SavedEpisode

T = TypeVar("T")


@dataclass(frozen=True)
class _Call:
    """A function for the thread to call, in order with the episodes."""

    work: Callable[[], Any]
    num_bytes: int
    result: Future


class BackgroundWriter:
    """Write episodes in a background thread while the caller simulates; a context manager.

    All episodes that wait are committed together; where the disk has no room for all of them, as many as fit.
    An error in the thread is raised by the caller's next call.

    Args:
        writer: The writer; owned and closed by this object.
        max_pending: Maximum number of episodes that wait or are being written; bounds the memory.
        max_pending_bytes: Maximum memory held by waiting work of `call` [bytes].
    """

    def __init__(self, writer: DatasetWriter, max_pending: int = 16, max_pending_bytes: int = 256 << 20):
        if max_pending < 1:
            raise ValueError("max_pending must be at least 1")
        self.path = writer.path
        self._writer = writer
        self._max_pending = max_pending
        self._max_pending_bytes = max_pending_bytes
        self._changed = threading.Condition()
        self._waiting: deque[Episode | EncodedEpisode | _Call] = deque()
        self._num_waiting = self._pending_bytes = 0
        self._num_writing = 0
        self._saved: list[SavedEpisode] = []
        self._error: BaseException | None = None
        self._error_told = False
        self._finishing = False
        # A daemon, so that it does not keep a crashed program alive; the file is complete anyway.
        self._thread = threading.Thread(target=self._run, name="dataset-writer", daemon=True)
        self._thread.start()

    @property
    def num_pending(self) -> int:
        """Number of submitted episodes that are not on disk yet."""
        with self._changed:
            return self._num_waiting + self._num_writing

    def submit(self, episode: Episode | EncodedEpisode) -> None:
        """Queue an episode. Block only while `max_pending` others are not on disk yet.

        The episode's arrays must not be changed afterwards.

        Raises:
            OutputError: Writing has failed.
        """
        with self._changed:
            if self._finishing:
                raise ValueError("the writer is closed")
            self._changed.wait_for(
                lambda: self._error is not None or self._num_waiting + self._num_writing < self._max_pending
            )
            self._raise_error()
            self._waiting.append(episode)
            self._num_waiting += 1
            self._changed.notify_all()

    def call(self, work: Callable[[], T], num_bytes: int = 0) -> "Future[T]":
        """Queue a function for the thread to call, in order with the episodes.

        Args:
            work: The function. An `OSError` in it ends the writing, as with an episode.
            num_bytes: Memory that it holds [bytes]. Blocks until that fits into `max_pending_bytes`.

        Returns:
            A future of the function's result; it holds the error if writing fails first.

        Raises:
            OutputError: Writing has failed.
        """
        with self._changed:
            if self._finishing:
                raise ValueError("the writer is closed")
            self._changed.wait_for(
                lambda: (
                    self._error is not None
                    or not self._pending_bytes
                    or self._pending_bytes + num_bytes <= self._max_pending_bytes
                )
            )
            self._raise_error()
            call = _Call(work, num_bytes, Future())
            self._waiting.append(call)
            self._pending_bytes += num_bytes
            self._changed.notify_all()
            return call.result

    def poll(self) -> list[SavedEpisode]:
        """Return the episodes saved since the last call, in the order of submission. Do not block.

        Raises:
            OutputError: Writing has failed. Raised only after all saved episodes have been returned.
        """
        with self._changed:
            saved, self._saved = self._saved, []
            if not saved:
                self._raise_error()
            return saved

    def finish(self) -> list[SavedEpisode]:
        """Wait until all episodes are on disk, close the file, and return those saved since the last `poll`.

        Raises:
            OutputError: Writing has failed; `poll` still returns what was saved before that.
        """
        with self._changed:
            self._finishing = True
            self._changed.notify_all()
        self._thread.join()
        with self._changed:
            self._raise_error()
            saved, self._saved = self._saved, []
            return saved

    def close(self) -> None:
        """Wait until all episodes are on disk and close the file; may be called twice.

        Saved episodes remain for `poll`.

        Raises:
            OutputError: Writing has failed, and no call has raised that yet.
        """
        with self._changed:
            self._finishing = True
            self._changed.notify_all()
        self._thread.join()
        with self._changed:
            if not self._error_told:
                self._raise_error()

    def __enter__(self) -> "BackgroundWriter":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def _raise_error(self) -> None:
        if self._error is not None:
            self._error_told = True
            raise self._error

    def _run(self) -> None:
        try:
            while self._write_next():
                pass
        except BaseException as error:
            self._fail(error)
        try:
            # Nothing is written after an error: an episode that was not reported as saved must not appear later.
            self._writer.close(commit=self._error is None)
        except BaseException as error:
            self._fail(error)

    def _write_next(self) -> bool:
        """Wait for work, do all of it and commit the episodes. Return False once closed and without work."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._finishing)
            num_left = len(self._waiting)
        if not num_left:
            return False
        for _ in range(num_left):
            with self._changed:
                item = self._waiting[0]
                if not isinstance(item, _Call):
                    self._num_waiting -= 1
                    self._num_writing += 1
            if isinstance(item, _Call):
                with self._writer.output_errors():
                    item.result.set_result(item.work())
            else:
                self._writer.add(item)
            with self._changed:
                # Removed only when done: after an error `_fail` must find the item among those that wait.
                self._waiting.popleft()
                self._pending_bytes -= item.num_bytes if isinstance(item, _Call) else 0
                self._changed.notify_all()
        self._commit()
        return True

    def _commit(self) -> None:
        """Commit what has been added: together, or one by one as far as they fit on the disk."""
        most = None
        while self._num_writing:
            try:
                saved = self._writer.commit(most)
            except NoSpaceError:
                if most == 1 or self._num_writing == 1:
                    raise
                most = 1
                continue
            with self._changed:
                self._saved.extend(saved)
                self._num_writing -= len(saved)
                self._changed.notify_all()

    def _fail(self, error: BaseException) -> None:
        with self._changed:
            self._error = self._error or error
            for item in self._waiting:
                if isinstance(item, _Call) and not item.result.done():
                    item.result.set_exception(error)
            self._waiting.clear()
            self._num_waiting = self._num_writing = self._pending_bytes = 0
            self._changed.notify_all()
