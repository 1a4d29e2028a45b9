# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Write dataset files that are complete even if the process is killed at any moment."""

import errno
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import h5py

from ..errors import InputFileError, NoSpaceError, OutputError
from ..files import FileLock
from . import filesystem, layout
from .attributes import encode_attrs
from .encoding import EncodedEpisode, encode_episode, normalise, write_episode
from .episode import Episode
from .opening import data_group, open_for_reading
from .reader import DatasetReader

# This file format has chunk indices and groups a third smaller on disk. HDF5 1.10 (2016) and newer read it.
_LIBRARY_VERSIONS = ("v110", "v110")
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_PERMISSION = {errno.EACCES, errno.EPERM, errno.EROFS}
_SUFFIXES = (".hdf5", ".h5")
_SPARE_ROOM = 256 << 10
"""Space reserved beyond what the episodes need, for the growth of the group `data` [bytes]."""


@dataclass(frozen=True)
class SavedEpisode:
    """An episode that is completely in the file, so that killing the process cannot lose it."""

    name: str
    """Name in the file, `demo_N`."""
    num_samples: int


@dataclass(frozen=True)
class _Behind:
    """A committed episode that the shadow lacks."""

    name: str
    size_bound: int


class DatasetWriter:
    """Write episodes to a file that is complete at every moment; a context manager.

    The file appears with the first commit; a file that is to be replaced stays until then. The writer keeps two
    complete copies: `path` names a closed, complete HDF5 file, and a hidden file beside it, the shadow, lacks the last
    commit. `commit` adds the missing and the new episodes to the shadow, closes it, and exchanges the names of the two
    files in one atomic step. Therefore:

    - A killed process loses only what was not committed.
    - The time of a commit does not depend on the size of the file.
    - A program that has the file open still sees the copy that it opened, unless it has disabled HDF5's file locking.
    - While the writer is open, the disk holds the file twice. Appending to an existing file begins with a copy.

    Args:
        path: The file; `.hdf5` is added if it ends neither in `.hdf5` nor in `.h5`. Missing folders are made.
        env_args: Description of the environment: `env_name` and, for the task's options, `env_kwargs`. When appending,
            the existing file keeps its own.
        mode: `create` refuses an existing file; `append` adds to it or creates it; `overwrite` replaces it with
            the first commit.
        attrs: Further attributes of the group `data`, for example the history `mimic`; updated when appending.
        compression: Whether to compress arrays with gzip, level 2.

    Raises:
        OutputError: The file cannot be written, exists, or is being written by another program.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        env_args: Mapping[str, Any],
        mode: Literal["create", "append", "overwrite"] = "create",
        attrs: Mapping[str, Any] | None = None,
        compression: bool = True,
    ):
        if mode not in ("create", "append", "overwrite"):
            raise ValueError(f"unknown mode: {mode!r}")
        self.path = dataset_path(path)
        self.env_args: dict[str, Any] = {
            "env_name": "",
            "type": layout.ENV_TYPE_GYM,
            "env_kwargs": {},
            **env_args,
        }
        self._compression = compression
        self._closed = False
        # Resolve symbolic links: the exchange would rename the link itself.
        self._published = Path(os.path.realpath(self.path))
        self._shadow = _sibling(self._published, "shadow")
        self._temporary = _sibling(self._published, "tmp")
        self._pending: list[tuple[str, Episode | EncodedEpisode]] = []
        self._behind: list[_Behind] = []
        self._own: set[tuple[int, ...]] = set()
        self._replaces = False
        """Whether the first commit may replace a file."""
        self._first: bytes | None = None
        """A file without episodes, from which the first commit makes the file; None after that."""
        self._next_number = 0
        self._total = 0

        with self.output_errors():
            self._make_folder()
            self._lock = FileLock(lock_path(self._published))
            try:
                self._lock.acquire()
            except BlockingIOError as error:
                raise self._error(
                    "another program is writing this file", "Wait until it has finished, or give another name."
                ) from error
        try:
            with self.output_errors():
                self._remove_leftovers()
                self._open(mode, attrs or {})
        except BaseException:
            self._lock.release()
            raise

    @property
    def num_pending(self) -> int:
        """Number of episodes that wait for the next commit."""
        return len(self._pending)

    def add(self, episode: Episode | EncodedEpisode) -> str:
        """Add an episode, which may be encoded already, to the next commit, and return its name in the file.

        Its arrays must not be changed before the commit. Numbering continues from the highest number in the file.

        Raises:
            ValueError: The episode has no actions, or an array that HDF5 cannot store.
        """
        self._raise_if_closed()
        arrays = episode.data if isinstance(episode, Episode) else episode.arrays
        if episode.num_samples == 0 or layout.ACTIONS not in arrays:
            raise ValueError("an episode without actions cannot be stored")
        name = layout.demo_name(self._next_number)
        if isinstance(episode, Episode):
            episode = Episode(normalise(episode.data), episode.attrs, name, episode.streamed)
        self._pending.append((name, episode))
        self._next_number += 1
        return name

    def commit(self, most: int | None = None) -> list[SavedEpisode]:
        """Write the episodes added since the last commit to the file, and return them.

        After an error the file is unchanged, and the next commit tries the same episodes again.

        Args:
            most: Write so many of them at most, the first ones; None: all.

        Raises:
            NoSpaceError: There is no space left for them.
            OutputError: Another program has removed or changed the file.
        """
        self._raise_if_closed()
        pending = self._pending[:most]
        if not pending:
            return []
        episodes = [
            encode_episode(name, episode, self._compression)
            if isinstance(episode, Episode)
            else replace(episode, name=name)
            for name, episode in pending
        ]
        with self.output_errors():
            self._check_published()
            try:
                total = self._write_shadow(episodes)
                # Set before the exchange: if interrupted just after it, the new file must count as our own.
                self._own |= self._identities()
                self._publish()
            except BaseException:
                # The shadow may be incomplete; the next commit makes a new one.
                self._discard_shadow()
                raise
        self._total = total
        self._own = self._identities()
        self._behind = [_Behind(episode.name, episode.size_bound) for episode in episodes]
        for _, episode in pending:
            for chunks in episode.streamed.values() if isinstance(episode, Episode) else ():
                chunks.release()
        self._pending = self._pending[len(pending) :]
        return [SavedEpisode(episode.name, episode.num_samples) for episode in episodes]

    def close(self, commit: bool = True) -> None:
        """Delete the shadow and release the lock; may be called twice.

        Args:
            commit: Whether to commit added episodes first; otherwise they are lost.

        Raises:
            OutputError: The commit failed.
        """
        if self._closed:
            return
        try:
            if commit:
                self.commit()
            if self._first is None:
                with self.output_errors():
                    # From here on no second copy protects against a power cut.
                    filesystem.to_disk(self._published)
        finally:
            self._closed = True
            try:
                with self.output_errors():
                    self._remove_leftovers()
            finally:
                self._lock.release()

    def __enter__(self) -> "DatasetWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_) -> None:
        # After an OutputError another commit would fail, too.
        self.close(commit=kind is None or not issubclass(kind, OutputError))

    def _make_folder(self) -> None:
        folder = self._published.parent
        existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
        if not existing.is_dir():
            raise self._error(f"cannot be written: {existing} is a file, not a folder", "Give another folder.")
        folder.mkdir(parents=True, exist_ok=True)

    def _open(self, mode: str, attrs: Mapping[str, Any]) -> None:
        """Read what the file holds, or prepare a new one."""
        if self._published.is_dir():
            raise self._error("is a folder, not a file", f"Give a file name, for example {self.path / 'demos.hdf5'}")
        exists = self._published.exists()
        if mode == "create" and exists:
            raise self._error_exists()
        if mode == "append" and exists:
            self._open_existing(attrs)
        else:
            self._replaces = exists
            self._first = _empty_file({**encode_attrs(attrs), layout.ATTR_ENV_ARGS: json.dumps(self.env_args)})
            filesystem.write_whole(self._shadow, self._first, self._temporary)
        self._own = self._identities()

    def _open_existing(self, attrs: Mapping[str, Any]) -> None:
        try:
            with DatasetReader(self._published, allow_empty=True) as reader:
                if reader.legacy_quaternions:
                    raise self._error(
                        "cannot be appended to: it is of the older format with quaternions wxyz",
                        "Convert it first: mimic convert FILE --output NEW",
                    )
                numbers = [number for number in map(layout.demo_number, reader.episode_names) if number is not None]
                self._next_number = max(numbers, default=-1) + 1
                self._total = sum(map(reader.num_samples, reader.episode_names))
                self.env_args = reader.env_args or self.env_args
        except InputFileError as error:
            raise self._error(
                f"cannot be appended to: it {error.what}", "Give another name, or replace the file with --overwrite."
            ) from error
        if not os.access(self._published, os.W_OK):
            raise self._error("may not be written (permission denied)", "Change its permissions or give another name.")
        if attrs:
            filesystem.copy_whole(self._published, self._shadow, self._temporary)
            filesystem.reserve(self._shadow, self._shadow.stat().st_size + _SPARE_ROOM)
            with self._open_shadow() as file:
                data_group(file).attrs.update(encode_attrs(attrs))
            os.replace(self._shadow, self._published)

    def _write_shadow(self, episodes: list[EncodedEpisode]) -> int:
        """Add the missing and the new episodes to the shadow. Return its number of samples."""
        needed = sum(episode.size_bound for episode in episodes)
        if self._shadow.exists():
            try:
                self._reserve(needed + sum(episode.size_bound for episode in self._behind))
                file = self._open_shadow()
            except OSError as error:
                if error.errno in _NO_SPACE:
                    raise
                # A reader that opened it before the last exchange still locks it, or it is damaged.
                file = self._new_shadow(needed)
        else:
            file = self._new_shadow(needed)
        with file:
            data = data_group(file)
            if self._behind:
                with open_for_reading(self._published, is_own=True) as published:
                    for episode in self._behind:
                        # Copies compressed chunks without unpacking them.
                        published.copy(data_group(published)[episode.name], data, name=episode.name)
            total = self._total
            for episode in episodes:
                # The episode exists already if the last commit was interrupted just after the exchange.
                if episode.name not in data:
                    write_episode(data, episode)
                total += episode.num_samples
            data.attrs.modify(layout.ATTR_TOTAL, total)
        return total

    def _new_shadow(self, needed: int) -> h5py.File:
        self._discard_shadow()
        if self._first is not None:
            filesystem.write_whole(self._shadow, self._first, self._temporary)
        else:
            filesystem.copy_whole(self._published, self._shadow, self._temporary)
        self._reserve(needed)
        return self._open_shadow()

    def _publish(self) -> None:
        """Let the shadow take the place of the file."""
        if self._first is None:
            filesystem.exchange(self._published, self._shadow)
        elif self._replaces or filesystem.identity(self._published) in self._own:
            os.replace(self._shadow, self._published)
        else:
            try:
                filesystem.rename_new(self._shadow, self._published)
            except FileExistsError as error:
                raise self._error_exists() from error
        self._first = None

    def _open_shadow(self) -> h5py.File:
        return h5py.File(self._shadow, "r+", libver=_LIBRARY_VERSIONS)

    def _reserve(self, num_bytes: int) -> None:
        filesystem.reserve(self._shadow, self._shadow.stat().st_size + num_bytes + _SPARE_ROOM)

    def _discard_shadow(self) -> None:
        self._behind = []
        self._shadow.unlink(missing_ok=True)

    def _remove_leftovers(self) -> None:
        for path in leftover_paths(self._published):
            path.unlink(missing_ok=True)

    def _identities(self) -> set[tuple[int, ...]]:
        found = map(filesystem.identity, (self._published, self._shadow))
        return {identity for identity in found if identity is not None}

    def _check_published(self) -> None:
        """Raise an error if another program has removed, replaced or changed the file."""
        now = filesystem.identity(self._published)
        if now is None and self._first is not None:
            return
        if now is None or now not in self._own:
            what = "removed" if now is None else "changed or replaced by another program"
            raise self._error(f"was {what} while it was being written", "Leave the file alone until the run has ended.")

    def _raise_if_closed(self) -> None:
        if self._closed:
            raise ValueError("the writer is closed")

    def _error(self, what: str, remedy: str) -> OutputError:
        return OutputError(what, where=str(self.path), remedy=remedy)

    def _error_exists(self) -> OutputError:
        return self._error(
            "exists already", "Add to it with --append, replace it with --overwrite, or give another name."
        )

    @contextmanager
    def output_errors(self) -> Iterator[None]:
        """Turn errors of the operating system inside this context into `OutputError`s that tell the user what to do."""
        try:
            yield
        except InputFileError as error:
            raise self._error(f"cannot be written: it {error.what}", error.remedy or "") from error
        except OSError as error:
            if error.errno in _NO_SPACE:
                raise NoSpaceError(
                    "no space is left to write it",
                    where=str(self.path),
                    remedy="Free some space; what was saved before is intact.",
                ) from error
            if isinstance(error, FileNotFoundError) and self._own:
                what, remedy = "was removed while it was being written", "Leave the file alone until the run has ended."
            elif error.errno in _NO_PERMISSION:
                what, remedy = "may not be written (permission denied)", "Give a file in a folder you may write to."
            else:
                reason = (error.strerror or str(error)).lower()
                what, remedy = f"cannot be written ({reason})", "Give another name or folder."
            raise self._error(what, remedy) from error


def lock_path(published: Path) -> Path:
    """Return the path of the file that a writer of `published` locks."""
    return _sibling(published, "lock")


def leftover_paths(published: Path) -> list[Path]:
    """Return the paths of the temporary files of a writer of `published`, which a killed writer leaves behind."""
    edited = edit_path(published)
    copies = [_sibling(path, "shadow") for path in (published, edited)]
    spares = [filesystem.spare_of(shadow) for shadow in copies]
    return [*copies, *spares, _sibling(published, "tmp"), _sibling(edited, "tmp"), lock_path(edited), edited]


def edit_path(published: Path) -> Path:
    """Return the path of the file that an edit in place writes before it replaces `published`."""
    return published.with_name(f".{published.stem}.edit{_SUFFIXES[0]}")


def _sibling(published: Path, role: str) -> Path:
    return published.with_name(f".{published.name}.{role}")


def dataset_path(path: str | os.PathLike[str]) -> Path:
    """Return a path with the suffix `.hdf5` added, unless it has that or `.h5`, or is a folder."""
    path = Path(path)
    if path.suffix in _SUFFIXES or os.path.isdir(path):
        return path
    return path.with_name(path.name + _SUFFIXES[0])


def _empty_file(data_attrs: Mapping[str, Any]) -> bytes:
    """Return the bytes of a dataset file without demonstrations."""
    # Built in memory, because HDF5 does not survive a full disk while Python's own writing reports it.
    with h5py.File("empty", "w", driver="core", backing_store=False, libver=_LIBRARY_VERSIONS) as file:
        file.attrs[layout.ATTR_FORMAT_VERSION] = layout.FORMAT_VERSION
        data = file.create_group(layout.DATA)
        data.attrs[layout.ATTR_TOTAL] = 0
        data.attrs.update(data_attrs)
        file.flush()
        return file.id.get_file_image()
