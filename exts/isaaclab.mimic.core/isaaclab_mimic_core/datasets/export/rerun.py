# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Export files for Rerun's viewer, one per demonstration: cameras, poses, signals and marks on one timeline.

Entities:

- `world/<name>`: poses of robots and objects; `world/end effectors/<name>`: poses of end effectors;
  `world/targets/<name>`: target poses of the actions; all in the environment frame [m]
- `cameras/<term>`: RGB images (JPEG), depth images [m] or segmentation images
- `actions`, `processed_actions`, `observations/<term>`, `joints/<robot>`, `signals/<name>`: curves
- `marks`: samples at which a subtask's signal first changes

Timelines: `sample`, and `time` [s].
"""

import hashlib
import io
import math
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ... import requirements
from ...errors import LOOK_INTO, DatasetError, OptionError, Remedy
from .. import layout
from ..check import require
from ..check.validator import LEAVE_OUT
from ..digest import digest
from ..episode import Episode
from ..opening import data_group, open_for_reading
from ..reader import DatasetReader
from ..signals import first_change
from ..tree import Shape, Unreadable, find
from .result import ExportReport, OnExported, new_folder
from .video import blocks, cameras_of, is_image

_MAX_WIDTH = 64
"""Maximum width of a term that is drawn as curves."""
_QUALITY = 90
"""JPEG quality, as in Pillow."""


def export_rerun(
    path: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    fps: int,
    cameras: Sequence[str] = (),
    names: Sequence[str] | None = None,
    overwrite: bool = False,
    on_exported: OnExported | None = None,
) -> ExportReport:
    """Write a file `<demo>.rrd` per demonstration, to show with `rerun FOLDER/*.rrd`.

    The report's notes name what is left out.

    Args:
        path: The dataset file.
        output: The folder to write.
        fps: Samples per second.
        cameras: Observation terms with images; all of them if empty.
        names: Demonstrations to export; all if None.
        overwrite: Whether an existing folder may be replaced.
        on_exported: Called after each demonstration.

    Raises:
        PlatformError: rerun-sdk is not installed.
        OptionError: There is no camera with a given name, or a number is out of range.
        DatasetError: The validator (`check.require`) finds a fault in what is exported.
        InputFileError: The file cannot be opened.
        OutputError: The folder exists or cannot be written.
    """
    if fps < 1:
        raise OptionError(f"at least one sample a second, not {fps}", where="--fps")
    requirements.require(requirements.RERUN, where="--format rerun")
    with DatasetReader(path) as reader, open_for_reading(path) as file:
        names = list(reader.episode_names if names is None else names)
        found, shapes = cameras_of(reader), reader.shapes(reader.example)
        kinds = {camera: _image_kind(*shapes[layout.join(layout.OBS, camera)]) for camera in found}
        for camera in cameras:
            if camera not in found:
                raise OptionError(
                    f"there is no camera {camera!r}", where=str(path), remedy=f"It has {', '.join(found) or 'none'}."
                )
            if not kinds[camera]:
                raise OptionError(f"the camera {camera} holds neither colours, distances nor labels", where=str(path))
        cameras = list(cameras) or [camera for camera in found if kinds[camera]]
        arrays, notes = _sort(reader)
        if odd := [camera for camera in found if not kinds[camera]]:
            notes.append(f"left out, as they hold neither colours, distances nor labels: {', '.join(odd)}")
        require(reader, arrays, names)
        require(reader, [layout.join(layout.OBS, camera) for camera in cameras], names, values=False)
        files, samples = [], 0
        with new_folder(output, overwrite) as folder:
            folder.mkdir()
            for number, name in enumerate(names, 1):
                episode = reader.read(name, arrays)
                files.append(f"{name}.rrd")
                if len(os.fsencode(files[-1])) > os.pathconf(folder, "PC_NAME_MAX"):
                    raise DatasetError(
                        "its name is too long for a file",
                        where=f"{path}, {name[:40]}...",
                        remedy=Remedy("Renumber the demonstrations: mimic select FILE --output NEW", LOOK_INTO),
                    )
                try:
                    recording = f"{reader.path.stem}/{name} {_short_hash(path, episode)}"
                    _write(folder / files[-1], recording, episode, _images(file, name, cameras), fps)
                except Unreadable as error:
                    raise DatasetError(
                        f"a camera's image {error}", where=f"{path}, {name}", remedy=LEAVE_OUT
                    ) from error
                samples += episode.num_samples
                if on_exported:
                    on_exported(name, number, len(names))
    return ExportReport("rerun", str(output), len(names), samples, tuple(files), tuple(notes))


def _sort(reader: DatasetReader) -> tuple[list[str], list[str]]:
    """Return the paths of the arrays to export, and notes on those left out. Decide by one demonstration."""
    shown: list[str] = [layout.ACTIONS]
    reasons: dict[str, list[str]] = {}
    for path, (shape, dtype) in reader.shapes(reader.example).items():
        term = path.removeprefix(f"{layout.OBS}/")
        observed = path != term and not path.startswith(f"{layout.DATAGEN_INFO}/")
        if path == layout.ACTIONS or (observed and is_image(shape)):
            continue
        if not observed:
            shown.append(path)
        elif dtype.kind not in "biuf":
            reasons.setdefault(f"it holds {layout.kind_name(dtype.kind)}", []).append(term)
        elif math.prod(shape[1:]) > _MAX_WIDTH:
            reasons.setdefault(f"a sample has more than {_MAX_WIDTH} numbers, too many for curves", []).append(term)
        else:
            shown.append(path)
    return shown, [f"left out, as {reason}: {', '.join(terms)}" for reason, terms in reasons.items()]


def _images(file: h5py.File, name: str, cameras: Sequence[str]) -> dict[str, h5py.Dataset]:
    found = {camera: find(data_group(file), layout.join(name, layout.OBS, camera)) for camera in cameras}
    return {camera: frames for camera, frames in found.items() if isinstance(frames, h5py.Dataset)}


def _short_hash(path: str | os.PathLike[str], episode: Episode) -> str:
    """Tell a demonstration from others of its name: a viewer adds what has the same identity to what it shows."""
    return hashlib.sha256(f"{Path(path).resolve()}\n{digest([episode])}".encode()).hexdigest()[:8]


def _write(path: Path, identity: str, episode: Episode, cameras: dict[str, h5py.Dataset], fps: int) -> None:
    """Write a demonstration's file."""
    import rerun as rr

    recording = rr.RecordingStream("isaaclab_mimic", recording_id=identity)
    recording.save(path, default_blueprint=_blueprint(episode, cameras))
    try:
        recording.send_recording_name(episode.name)
        known = {"success": episode.success, "seed": episode.seed, "samples": episode.num_samples}
        known = {key: value for key, value in known.items() if value is not None}
        recording.send_property("demonstration", rr.AnyValues(**known))
        recording.log("world", rr.ViewCoordinates.RIGHT_HAND_Z_UP, static=True)
        for entity, name, start, pose in _poses(episode):
            recording.log(entity, rr.TransformAxes3D(0.05), static=True)
            recording.log(f"{entity}/name", rr.Points3D([[0, 0, 0]], labels=[name]), static=True)
            columns: Any = pose
            times = _times(start, len(pose["translation"]), fps)
            recording.send_columns(entity, times, rr.Transform3D.columns(**columns))
        for entity, values, columns in _curves(episode):
            recording.log(entity, rr.SeriesLines(names=columns), static=True)
            recording.send_columns(entity, _times(0, len(values), fps), rr.Scalars.columns(scalars=values))
        marks = _marks(episode)
        if marks:
            times = _times_of(np.array([row for row, _ in marks]), fps)
            recording.send_columns("marks", times, rr.TextLog.columns(text=[text for _, text in marks]))
        for camera, frames in cameras.items():
            _write_images(recording, _entity("cameras", camera), frames, fps)
    finally:
        recording.flush()
        recording.disconnect()


def _entity(*parts: str) -> str:
    """Join parts of a path, which may contain slashes, to the path of an entity."""
    import rerun as rr

    return rr.new_entity_path([each for part in parts for each in part.split("/")])


def _times(start: int, count: int, fps: int) -> list[Any]:
    return _times_of(np.arange(start, start + count), fps)


def _times_of(rows: np.ndarray, fps: int) -> list[Any]:
    import rerun as rr

    nanoseconds = np.round(rows / fps * 1e9).astype("timedelta64[ns]")
    return [rr.TimeColumn("sample", sequence=rows), rr.TimeColumn("time", duration=nanoseconds)]


def _poses(episode: Episode) -> Iterator[tuple[str, str, int, dict[str, np.ndarray]]]:
    """Yield entity, name, sample of the first pose, and poses as arguments of `rerun.Transform3D.columns`."""
    for path, after in episode.group(layout.STATES).items():
        if not path.endswith(f"/{layout.ROOT_POSE}"):
            continue
        before, name = episode.data.get(layout.join(layout.INITIAL_STATE, path)), path.split("/")[-2]
        # State t is the state after step t, so the initial state comes first.
        whole = after if before is None else np.concatenate([before, after])
        pose = {"translation": whole[:, :3], "quaternion": whole[:, 3:]}
        yield _entity("world", name), name, int(before is None), pose
    groups: dict[str, tuple[str, ...]] = {
        layout.EEF_POSE: ("world", "end effectors"),
        layout.TARGET_EEF_POSE: ("world", "targets"),
    }
    if not episode.has(layout.STATES):
        groups[layout.OBJECT_POSE] = ("world",)
    for group, parents in groups.items():
        for name, matrices in episode.group(group).items():
            pose = {"translation": matrices[:, :3, 3], "mat3x3": matrices[:, :3, :3]}
            label = f"{name} target" if group == layout.TARGET_EEF_POSE else name
            yield _entity(*parents, name), label, 0, pose


def _curves(episode: Episode) -> Iterator[tuple[str, np.ndarray, list[str]]]:
    """Yield entity, values (T, width), and names of the curves."""
    for path, values in episode.data.items():
        parts = path.split("/")
        if path in (layout.ACTIONS, layout.PROCESSED_ACTIONS):
            entity = [path]
        elif path.startswith(f"{layout.TERM_SIGNALS}/"):
            entity = ["signals", parts[-1]]
        elif path.startswith(f"{layout.START_SIGNALS}/"):
            entity = ["signals", "start", parts[-1]]
        elif parts[0] == layout.OBS and not path.startswith(f"{layout.DATAGEN_INFO}/"):
            entity = ["observations", *parts[1:]]
        elif parts[0] == layout.STATES and parts[-1] == "joint_position":
            entity = ["joints", parts[-2]]
        else:
            continue
        flat = values.reshape(len(values), -1).astype(np.float64)
        names = [parts[-1]] if flat.shape[1] == 1 else [str(at) for at in range(flat.shape[1])]
        yield _entity(*entity), flat, names


def _marks(episode: Episode) -> list[tuple[int, str]]:
    """Return the samples at which subtask signals first change, in order, each with a text."""
    found = []
    for group, kind in ((layout.TERM_SIGNALS, "end of"), (layout.START_SIGNALS, "start of")):
        for name, signal in episode.group(group).items():
            at = first_change(signal)
            if at is not None:
                found.append((at, f"{kind} {name}"))
    return sorted(found)


def _image_kind(shape: Shape, dtype: np.dtype) -> str:
    """Return what images of this shape and type hold: `colours`, `distances` or `labels`; empty if unknown."""
    channels = shape[3] if len(shape) == 4 else 1
    if dtype == np.uint8:
        return "colours"
    return {"f": "distances", "i": "labels", "u": "labels"}.get(dtype.kind, "") if channels == 1 else ""


def _write_images(recording: Any, entity: str, frames: h5py.Dataset, fps: int) -> None:
    import rerun as rr
    from PIL import Image

    kind, row = _image_kind(frames.shape, frames.dtype), 0
    for block in blocks(frames):
        times = _times(row, len(block), fps)
        row += len(block)
        if kind == "colours":
            colours = block[..., :3] if block.ndim == 4 and block.shape[3] > 1 else block.reshape(block.shape[:3])
            coded = []
            for image in colours:
                buffer = io.BytesIO()
                Image.fromarray(np.ascontiguousarray(image)).save(buffer, "JPEG", quality=_QUALITY)
                coded.append(buffer.getvalue())
            columns = rr.EncodedImage.columns(blob=coded, media_type=["image/jpeg"] * len(coded))
            recording.send_columns(entity, times, columns)
            continue
        # Pixels without a hit get 0: no distance. Labels fit into 16 bits.
        flat = block.reshape(block.shape[:3])
        flat = np.nan_to_num(flat.astype("f4"), posinf=0.0) if kind == "distances" else flat.astype("u2")
        height, width = frames.shape[1], frames.shape[2]
        archetype = rr.DepthImage if kind == "distances" else rr.SegmentationImage
        datatype = rr.ChannelDatatype.F32 if kind == "distances" else rr.ChannelDatatype.U16
        image_format = rr.components.ImageFormat(width=width, height=height, channel_datatype=datatype)
        recording.log(entity, archetype.from_fields(format=image_format), static=True)
        if kind == "distances":
            recording.log(entity, rr.DepthImage.from_fields(meter=1.0), static=True)
        recording.send_columns(entity, times, archetype.columns(buffer=[each.tobytes() for each in flat]))


def _blueprint(episode: Episode, cameras: dict[str, h5py.Dataset]) -> Any:
    """Return the viewer's initial layout: scene and cameras side by side, curves below."""
    import rerun.blueprint as rrb

    groups = dict.fromkeys(entity.strip("/").split("/")[0] for entity, *_ in _curves(episode))
    below: list[Any] = [rrb.TimeSeriesView(origin=group, name=group.replace("_", " ").capitalize()) for group in groups]
    if _marks(episode):
        below.append(rrb.TextLogView(origin="marks", name="Marks"))
    images = [rrb.Spatial2DView(origin=_entity("cameras", camera), name=camera) for camera in cameras]
    above = [rrb.Spatial3DView(origin="world", name="World"), *([rrb.Grid(*images)] if images else [])]
    return rrb.Blueprint(
        rrb.Vertical(rrb.Horizontal(*above), rrb.Tabs(*below), row_shares=[3, 2]),
        collapse_panels=True,
    )
