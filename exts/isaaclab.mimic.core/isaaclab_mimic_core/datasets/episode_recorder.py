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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import h5py
import numpy as np

from ..errors import DatasetError, InputFileError
from . import layout
from .check import content
from .episode import Episode
from .lerobot.importing import ImportReport, OnSaved
from .opening import open_hdf5
from .tree import Unreadable, find, guarded, names_in, read_values, survey
from .writer import DatasetWriter

VERSION = 2
_BODY, _ROBOT = "rigid_object", "articulation"
_TYPES = {_BODY: ("rigid_body", "xform"), _ROBOT: ("articulation",)}
"""Kind of an asset -> the types of tracks that its pose may be in, the best first."""
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
        on_saved: Called after each demonstration.

    Raises:
        InputFileError: It is no such file, or holds no pose of the task's assets.
        DatasetError: An episode is damaged, or a value is not finite.
        OutputError: The file exists or cannot be written.
    """
    with open_hdf5(path) as file:
        where = str(path)
        try:
            tracks = _tracks(file, where)
            chosen = {name: _track_of(kind, prim, tracks) for name, (kind, prim) in assets.items()}
            chosen = {name: track for name, track in chosen.items() if track is not None}
            if not chosen:
                raise InputFileError(
                    f"holds no poses of {task}'s {_few(list(assets))}",
                    where=where,
                    remedy=f"It has {_few([track.prim for track in tracks])}. Was it recorded in another scene?",
                )
            episodes = find(file, "episodes")
            names = sorted(names_in(episodes)) if isinstance(episodes, h5py.Group) else []
            if not names:
                raise InputFileError("holds no episodes", where=where)
            history = {"imported": {"format": "episode-recorder", "from": os.path.basename(where)}}
            mode = "overwrite" if overwrite else "create"
            samples, known = 0, 0
            with DatasetWriter(
                output, {"env_name": task}, mode=mode, attrs={layout.ATTR_PROVENANCE: history}
            ) as writer:
                for number, name in enumerate(names, 1):
                    found = find(file, f"episodes/{name}")
                    episode = _episode(found, name, tracks, chosen, assets, where)
                    writer.add(episode)
                    (saved,) = writer.commit()
                    samples, known = samples + episode.num_samples, known + (episode.success is not None)
                    if on_saved:
                        on_saved(saved.name, episode.num_samples, number, len(names))
        except Unreadable as error:
            raise InputFileError(
                f"{error}".strip(), where=where, remedy="Copy it again, or record it again."
            ) from error
    notes = [*_LACKING, *_notes(tracks, chosen, assets, len(names) - known, len(names))]
    return ImportReport("episode-recorder", str(writer.path), len(names), samples, tuple(notes))


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
        if not isinstance(each, dict) or not all(isinstance(text, str) for text in texts):
            raise InputFileError(f"its manifest names a track {each!r:.80}", where=where, remedy="Record it again.")
        # Poses within a parent are no poses in the world.
        if each.get("space", "world") == "world":
            tracks.append(_Track(*map(str, texts)))
    return tracks


def _json(file: h5py.File, name: str, where: str) -> Any:
    value = read_values(file, name).reshape(-1)[:1].tolist()
    try:
        return json.loads(value[0])
    except (IndexError, TypeError, ValueError, RecursionError) as error:
        raise InputFileError(f"its {name} is no JSON", where=where, remedy="Record it again.") from error


def _track_of(kind: str, prim: str, tracks: list[_Track]) -> _Track | None:
    """Return the track with an asset's pose in the first environment: that of its prim, or of the nearest below it."""
    at = re.compile(rf"(?:^|/){re.escape(prim)}(?:/|$)")
    wanted = _TYPES[kind]
    found = [track for track in tracks if track.kind in wanted and at.search(track.prim)]
    return min(found, key=lambda each: (each.env, wanted.index(each.kind), len(each.prim)), default=None)


def _episode(
    group: Any,
    name: str,
    tracks: list[_Track],
    chosen: Mapping[str, _Track],
    assets: Mapping[str, tuple[str, str]],
    where: str,
) -> Episode:
    """Read an episode, and check it."""
    where = f"{where}, {name}"
    if not isinstance(group, h5py.Group):
        raise DatasetError("is no group", where=where)
    count = _attribute(group, "num_frames")
    if not isinstance(count, int | np.integer) or count < 1:
        raise DatasetError("has no frames, or was not ended", where=where, remedy="Record it again.")
    origins = {track.env: track for track in tracks if re.search(r"(?:^|/)env_\d+$", track.prim)}
    data: dict[str, np.ndarray] = {layout.ACTIONS: np.zeros((int(count), 0), np.float32)}
    for asset, track in chosen.items():
        pose = _pose(group, track, int(count), where)
        if track.env in origins:
            pose[:, :3] -= _pose(group, origins[track.env], int(count), where)[:, :3]
        data[layout.join(layout.STATES, assets[asset][0], asset, layout.ROOT_POSE)] = pose
    for track in tracks:
        if track.kind in _POSED:
            continue
        for path in _channels(group, track.group):
            term = path.removeprefix("meta/time/").removeprefix("state/").replace("/", "_")
            values = _rows(group, path, int(count), where)
            if values.dtype.kind in "biuf":
                order = _attribute(find(group, path), "quaternion_order")
                is_turn = isinstance(order, str) and order == "wxyz" and values.shape[-1] == 4
                data[layout.join(layout.OBS, term)] = values[..., [1, 2, 3, 0]] if is_turn else values
    for path, values in data.items():
        for finding in content.finite("", path, values):
            raise DatasetError(finding.message, where=where)
    attrs: dict[str, Any] = {layout.ATTR_PROVENANCE: {"imported": {"episode": name}}}
    if isinstance(success := _attribute(group, "success"), bool | np.bool_):
        attrs[layout.ATTR_SUCCESS] = bool(success)
    return Episode(data, attrs)


def _attribute(holder: Any, name: str) -> Any:
    with guarded(f"has an attribute {name} that cannot be read"):
        return holder.attrs.get(name)


_POSED = ("rigid_body", "xform", "articulation", "camera")
"""Types of tracks that say where something is; the others become observations."""


def _channels(group: h5py.Group, below: str) -> list[str]:
    tree = survey(group, [below])
    for path, why in tree.damage.items():
        raise Unreadable(f"{path} {why}")
    return list(tree.arrays)


def _pose(group: h5py.Group, track: _Track, count: int, where: str) -> np.ndarray:
    """Return the pose in the world of what a track is about, of a robot its root's: (count, 7) [m], xyzw."""
    many = "s" if track.kind == "articulation" else ""
    position = _rows(group, f"{track.group}/position{many}", count, where)
    turn = _rows(group, f"{track.group}/orientation{many}", count, where)
    if many:
        position, turn = position[:, :1], turn[:, :1]
    try:
        position, turn = position.reshape(count, 3), turn.reshape(count, 4)
    except ValueError as error:
        raise DatasetError(f"{track.group} holds no pose", where=where, remedy="Record it again.") from error
    return np.concatenate([position, turn[:, [1, 2, 3, 0]]], axis=1).astype(np.float32)


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
    rest = [track.prim for track in tracks if track.kind in _POSED and track.group not in used]
    if rest:
        yield f"left out, as the task has no such object: {_few(rest)}"


def _few(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED]) or 'nothing'}{more}"
