# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Import a file of Isaac Sim's Episode Recorder: where objects and robots were, and what a person did with a headset.

Layout of such a file, version 2 (isaacsim.replicator.episode_recorder 0.1.6 of Isaac Sim 6.2): `manifest/tracks`, JSON
that names for each group of arrays its `type` and `prim_path`; `episodes/episode_00000/<group>/<channel>`, (N, ...),
with attributes `num_frames` and perhaps `success`. Poses are those of the world; quaternions are wxyz.

It holds neither actions nor joint positions, so what is imported can be looked at and compared, and no more.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import h5py
import numpy as np

from ..errors import DatasetError, InputFileError
from . import layout
from .check import content
from .episode import Episode
from .importing import ImportReport, OnSaved, free_name, write_imported
from .opening import open_hdf5
from .tree import Unreadable, find, guarded, names_in, read_values, survey

VERSION = 2
_BODY, _ROBOT = "rigid_object", "articulation"
_TYPES = {_BODY: ("rigid_body", "xform"), _ROBOT: ("articulation",)}
"""Kind of an asset -> the types of tracks that its pose may be in, the best first."""
_POSED = ("rigid_body", "xform", "articulation", "camera")
"""Types of tracks that say where something is; the others become observations."""
_OF_POSES = ("position", "orientation", "positions", "orientations")
"""Channels that a pose is made of."""
_MOST_FRAMES = 2**31 - 1
_NO_LENGTH = 1e-6
_NAMED = 5
"""At most this many names are listed."""
_LACKING = (
    "no actions: the Episode Recorder records none, so these cannot be replayed, annotated or trained on",
    "no initial state: it records poses of a robot's links, and no joint positions",
)


@dataclass
class _Track:
    """A group of arrays in each episode, and what it is about."""

    group: str
    kind: str
    prim: str
    in_world: bool = True
    """Whether its poses are those in the world. Poses within a parent say nothing of that."""

    @property
    def is_posed(self) -> bool:
        """Whether it says where something is."""
        return self.kind in _POSED

    @property
    def env(self) -> int:
        """Number of the environment that it is in; 0 if it is in none."""
        found = re.search(r"(?:^|/)env_(\d{1,9})(?:/|$)", self.prim)
        return int(found[1]) if found else 0


def import_episode_recorder(
    path: str | os.PathLike[str],
    output: str | os.PathLike[str],
    assets: Mapping[str, tuple[str, str]],
    *,
    task: str,
    overwrite: bool = False,
    on_saved: OnSaved | None = None,
) -> ImportReport:
    """Import a file of Isaac Sim's Episode Recorder. The report's notes name what is lacking and what is left out.

    Args:
        path: The file.
        output: The file to write.
        assets: The task's assets: name in the scene -> `rigid_object` or `articulation`, and its prim's path within an
            environment (`tasks.scene_assets`).
        task: Name of the task.
        overwrite: Whether an existing file may be replaced.
        on_saved: Called when a demonstration is on disk; if a file is replaced, only after the replacement.

    Raises:
        InputFileError: It is no such file, or holds no pose of the task's assets.
        DatasetError: An episode is damaged, or a value is not finite.
        OutputError: The file exists, is the one that is read, or cannot be written.
    """
    where = str(path)
    with open_hdf5(path) as file, _told(where):
        tracks = _tracks(file, where)
        chosen = _chosen(assets, tracks, task, where)
        episodes = find(file, "episodes")
        names = sorted(names_in(episodes)) if isinstance(episodes, h5py.Group) else []
        if not names:
            raise InputFileError("holds no episodes", where=where)
        groups = {name: _group_of(file, name, where) for name in names}
        terms, about_channels = _terms(list(groups.values()), tracks, list(chosen.values()))
        unknown: list[str] = []

        def read() -> Iterator[Episode]:
            with _told(where):
                for name, group in groups.items():
                    episode = _episode(group, name, tracks, chosen, assets, terms, where)
                    unknown.extend([name] if episode.success is None else [])
                    yield episode

        written, saved = write_imported(
            read(),
            len(names),
            path,
            output,
            env_args={"env_name": task},
            history={"imported": {"format": "episode-recorder", "from": os.path.basename(where)}},
            overwrite=overwrite,
            on_saved=on_saved,
        )
    notes = [*_LACKING, *_notes(tracks, chosen, assets, len(unknown), len(names)), *about_channels]
    samples = sum(demo.num_samples for demo in saved)
    return ImportReport("episode-recorder", written, len(saved), samples, tuple(notes))


@contextmanager
def _told(where: str) -> Iterator[None]:
    """Turn what cannot be read inside this context into an error that names the file."""
    try:
        yield
    except Unreadable as error:
        raise InputFileError(f"{error}".strip(), where=where, remedy="Copy it again, or record it again.") from error


def _tracks(file: h5py.File, where: str) -> list[_Track]:
    """Return what a file's arrays are about."""
    version = _attribute(file, "schema_version")
    if find(file, "manifest/tracks") is None or version is None:
        raise InputFileError(
            "is no file of Isaac Sim's Episode Recorder: it has no manifest/tracks or no schema_version", where=where
        )
    if not isinstance(version, int | np.integer) or int(version) != VERSION:
        raise InputFileError(f"is of the Episode Recorder's version {version}, not {VERSION}", where=where)
    told = _json(file, "manifest/coord_conventions", where) if find(file, "manifest/coord_conventions") else {}
    order = told.get("quaternion_order", "wxyz") if isinstance(told, dict) else None
    listed = _json(file, "manifest/tracks", where)
    if order != "wxyz" or not isinstance(listed, list):
        raise InputFileError("its manifest cannot be used", where=where, remedy="Record it again.")
    tracks = []
    for each in listed:
        texts = [each.get(key, "") for key in ("group", "type", "prim_path")] if isinstance(each, dict) else [each]
        if not isinstance(each, dict) or not all(isinstance(text, str) and text.isprintable() for text in texts):
            raise InputFileError(f"its manifest names a track {each!r:.80}", where=where, remedy="Record it again.")
        tracks.append(_Track(*map(str, texts), in_world=each.get("space", "world") == "world"))
    return tracks


def _json(file: h5py.File, name: str, where: str) -> Any:
    value = read_values(file, name).reshape(-1)[:1].tolist()
    try:
        return json.loads(value[0])
    except (IndexError, TypeError, ValueError, RecursionError) as error:
        raise InputFileError(f"its {name} is no JSON", where=where, remedy="Record it again.") from error


def _chosen(assets: Mapping[str, tuple[str, str]], tracks: list[_Track], task: str, where: str) -> dict[str, _Track]:
    """Return the track of each asset that has one; at least one must."""
    found = {name: _track_of(kind, prim, tracks) for name, (kind, prim) in assets.items()}
    chosen = {name: track for name, track in found.items() if track is not None}
    if not chosen:
        raise InputFileError(
            f"holds no poses of {task}'s {_few(list(assets))}",
            where=where,
            remedy=f"It has {_few([track.prim for track in tracks])}. Was it recorded in another scene?",
        )
    return chosen


def _track_of(kind: str, prim: str, tracks: list[_Track]) -> _Track | None:
    """Return the track with an asset's pose in the first environment: that of its prim, or of the nearest below it."""
    at = re.compile(rf"(?:^|/){re.escape(prim)}(?:/|$)")
    wanted = _TYPES[kind]
    found = [track for track in tracks if track.in_world and track.kind in wanted and at.search(track.prim)]
    return min(found, key=lambda each: (each.env, wanted.index(each.kind), len(each.prim)), default=None)


def _terms(
    groups: Sequence[h5py.Group], tracks: Sequence[_Track], chosen: Sequence[_Track]
) -> tuple[dict[str, str], list[str]]:
    """Return the observation that each channel becomes, by its path, and sentences about the others."""
    used = {track.group for track in chosen}
    others = [track.group for track in tracks if not track.is_posed]
    tracked = {track.group for track in tracks}
    kinds: dict[str, str] = {}
    for group in groups:
        for below in dict.fromkeys([*others, *used]):
            for path, kind in _channels(group, below).items():
                # What lies in a track within this one is that one's.
                if _owner(path, tracked) == below and not (below in used and path.rpartition("/")[2] in _OF_POSES):
                    kinds.setdefault(path, kind)
    terms: dict[str, str] = {}
    notes = []
    # Annotation puts its own there.
    taken = {layout.DATAGEN_INFO.rpartition("/")[2]}
    for path in [path for path, kind in kinds.items() if kind in "biuf"]:
        usual = path.removeprefix("meta/time/").removeprefix("state/").replace("/", "_")
        terms[path] = free_name(usual, taken)
        taken.add(terms[path])
        if terms[path] != usual:
            notes.append(f"{path} is {layout.join(layout.OBS, terms[path])}, as {usual} is taken")
    if texts := [path for path in kinds if path not in terms]:
        notes.append(f"left out, as it holds no numbers: {_few(texts)}")
    if empty := [group for group in others if not any(f"{path}/".startswith(f"{group}/") for path in kinds)]:
        notes.append(f"nothing is recorded of {_few(empty)}")
    return terms, notes


def _owner(path: str, groups: set[str]) -> str | None:
    """Return the innermost of some groups that an array lies in."""
    while path and path not in groups:
        path = path.rpartition("/")[0]
    return path or None


def _episode(
    group: h5py.Group,
    name: str,
    tracks: list[_Track],
    chosen: Mapping[str, _Track],
    assets: Mapping[str, tuple[str, str]],
    terms: Mapping[str, str],
    where: str,
) -> Episode:
    """Read an episode, and check it."""
    where = f"{where}, {name}"
    count = _attribute(group, "num_frames")
    if not isinstance(count, int | np.integer) or not 1 <= count <= _MOST_FRAMES:
        raise DatasetError("has no frames, or was not ended", where=where, remedy="Record it again.")
    count = int(count)
    origins = {
        track.env: track
        for track in tracks
        if track.in_world and track.kind in _TYPES[_BODY] and re.search(r"(?:^|/)env_\d+$", track.prim)
    }
    data: dict[str, np.ndarray] = {layout.ACTIONS: np.zeros((count, 0), np.float32)}
    for asset, track in chosen.items():
        pose = _pose(group, track, count, where)
        # Too large numbers are found below.
        with np.errstate(over="ignore", invalid="ignore"):
            if track.env in origins:
                pose[:, :3] -= _pose(group, origins[track.env], count, where)[:, :3]
            data[layout.join(layout.STATES, assets[asset][0], asset, layout.ROOT_POSE)] = pose.astype(np.float32)
    for path, term in terms.items():
        if find(group, path) is None:
            continue
        values = _rows(group, path, count, where)
        if values.dtype.kind not in "biuf":
            raise DatasetError(f"{path} holds no numbers, unlike in other episodes", where=where)
        order = _attribute(find(group, path), "quaternion_order")
        is_turn = isinstance(order, str) and order == "wxyz" and values.ndim > 1 and values.shape[-1] == 4
        data[layout.join(layout.OBS, term)] = values[..., [1, 2, 3, 0]] if is_turn else values
    for path, values in data.items():
        for finding in content.finite("", path, values):
            raise DatasetError(finding.message, where=where)
    attrs: dict[str, Any] = {layout.ATTR_PROVENANCE: {"imported": {"episode": name}}}
    if isinstance(success := _attribute(group, "success"), bool | np.bool_):
        attrs[layout.ATTR_SUCCESS] = bool(success)
    return Episode(data, attrs)


def _group_of(file: h5py.File, name: str, where: str) -> h5py.Group:
    group = find(file, f"episodes/{name}")
    if not isinstance(group, h5py.Group):
        raise DatasetError("is no group", where=f"{where}, {name}")
    return group


def _attribute(holder: Any, name: str) -> Any:
    with guarded(f"has an attribute {name} that cannot be read"):
        return holder.attrs.get(name)


def _channels(group: h5py.Group, below: str) -> dict[str, str]:
    """Return the kinds of the arrays below a track, by path."""
    tree = survey(group, [below])
    for path, why in tree.damage.items():
        raise Unreadable(f"{path} {why}")
    return {path: dtype.kind for path, (_, dtype) in tree.arrays.items()}


def _pose(group: h5py.Group, track: _Track, count: int, where: str) -> np.ndarray:
    """Return the pose in the world of what a track is about, of a robot its root's: (count, 7) [m], xyzw, float64."""
    many = "s" if track.kind == "articulation" else ""
    parts = []
    for name, width in (("position", 3), ("orientation", 4)):
        values = _rows(group, f"{track.group}/{name}{many}", count, where)
        links = values.shape[1:2] if many else ()
        if values.dtype.kind not in "fiu" or values.shape != (count, *links, width) or 0 in links:
            held = f"{name}{many} is {values.shape} of {layout.kind_name(values.dtype.kind)}"
            raise DatasetError(f"{track.group} holds no pose: {held}", where=where, remedy="Record it again.")
        parts.append((values[:, 0] if many else values).astype(np.float64))
    position, turn = parts
    if (none := np.abs(turn).max(axis=1) < _NO_LENGTH).any():
        row = int(none.argmax())
        raise DatasetError(
            f"{track.group}/orientation{many}, row {row} is no quaternion: its length is 0",
            where=where,
            remedy="Record it again.",
        )
    return np.concatenate([position, turn[:, [1, 2, 3, 0]]], axis=1)


def _rows(group: h5py.Group, path: str, count: int, where: str) -> np.ndarray:
    if not isinstance(find(group, path), h5py.Dataset):
        raise DatasetError(f"has no {path}", where=where, remedy="Record it again.")
    values = read_values(group, path)
    if values.ndim == 0 or len(values) != count:
        rows = len(values) if values.ndim else 0
        raise DatasetError(f"{path} has {rows} rows, not {count}", where=where, remedy="Record it again.")
    return values


def _notes(
    tracks: list[_Track], chosen: Mapping[str, _Track], assets: Mapping[str, Any], unknown: int, episodes: int
) -> Iterator[str]:
    """Yield sentences about one recording that name what it lacks, and what is left out."""
    if unknown:
        yield f"success is not recorded in {unknown} of {episodes}"
    if lacking := [name for name in assets if name not in chosen]:
        yield f"no poses of the task's {_few(lacking)}"
    used = {track.group for track in chosen.values()}
    posed = [track for track in tracks if track.is_posed and track.group not in used]
    if within := [track.prim for track in posed if not track.in_world]:
        yield f"left out, as the poses are within a parent and not in the world: {_few(within)}"
    if rest := [track.prim for track in posed if track.in_world]:
        yield f"left out, as the task has no such object: {_few(rest)}"


def _few(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED]) or 'nothing'}{more}"
