# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Export videos of a dataset's cameras, one file per demonstration and camera."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import h5py
import numpy as np

from ... import requirements
from ...errors import LOOK_INTO, DatasetError, OptionError, Remedy
from .. import layout
from ..check import require
from ..check.validator import LEAVE_OUT
from ..opening import data_group, open_for_reading
from ..reader import DatasetReader
from ..tree import Shape, Unreadable, find, guarded
from .mp4 import Mp4
from .result import ExportReport, OnExported, new_folder

_BLOCK = 64
"""Frames read at a time."""
_MIN_SIDE = 8
"""Minimum height and width of an array that counts as an image [pixels]."""


def cameras_of(reader: DatasetReader) -> list[str]:
    """Return the names of the observation terms with images; `is_image` says of which shapes."""
    start = layout.OBS + "/"
    return [
        path.removeprefix(start)
        for path, (shape, _) in reader.shapes(reader.example).items()
        if path.startswith(start) and not path.startswith(layout.DATAGEN_INFO) and is_image(shape)
    ]


def export_mp4(
    path: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    fps: int,
    cameras: Sequence[str] = (),
    names: Sequence[str] | None = None,
    quality: int = 8,
    overwrite: bool = False,
    on_exported: OnExported | None = None,
) -> ExportReport:
    """Write a video `<demo>_<camera>.mp4` (H.264) per demonstration and camera, without scaling the images.

    Values other than uint8 (depth) are mapped to grey, from the smallest to the largest value in the demonstration.

    Args:
        path: The dataset file.
        output: The folder to write.
        fps: Frames per second.
        cameras: Observation terms with images; all of them if empty.
        names: Demonstrations to export; all if None.
        quality: Quality of the encoder, from 0 to 10 (best).
        overwrite: Whether an existing folder may be replaced.
        on_exported: Called after each demonstration.

    Raises:
        OptionError: The file has no cameras, or none with a given name; or a number is out of range.
        DatasetError: Images are missing, damaged, or of another size than in most demonstrations.
        InputFileError: The file cannot be opened.
        OutputError: The folder exists or cannot be written.
        PlatformError: What writes videos is not installed.
    """
    if fps < 1:
        raise OptionError(f"at least one frame a second, not {fps}", where="--fps")
    if not 0 <= quality <= 10:
        raise OptionError(f"from 0 to 10, not {quality}", where="--quality")
    requirements.require(requirements.VIDEOS, where="--format mp4")
    with DatasetReader(path) as reader:
        names = list(reader.episode_names if names is None else names)
        cameras = _choose_cameras(reader, cameras)
        require(reader, [layout.join(layout.OBS, camera) for camera in cameras], names, values=False)
    files: list[str] = []
    samples = 0
    with open_for_reading(path) as file, new_folder(output, overwrite) as folder:
        folder.mkdir()
        for number, name in enumerate(names, 1):
            for camera in cameras:
                frames = find(data_group(file), layout.join(name, layout.OBS, camera))
                assert isinstance(frames, h5py.Dataset)
                files.append(f"{name}_{camera.replace('/', '_')}.mp4")
                _check_name(files[-1], folder, f"{path}, {name[:40]}...")
                try:
                    _write(folder / files[-1], frames, fps, quality)
                except Unreadable as error:
                    raise DatasetError(f"{camera} {error}", where=f"{path}, {name}", remedy=LEAVE_OUT) from error
                samples += len(frames)
            if on_exported:
                on_exported(name, number, len(names))
    return ExportReport("mp4", str(output), len(names), samples, tuple(files))


def _choose_cameras(reader: DatasetReader, wanted: Sequence[str]) -> list[str]:
    """Return the cameras to export: those wanted, or all if none are given."""
    found = cameras_of(reader)
    for camera in wanted:
        if camera not in found:
            raise OptionError(
                f"there is no camera {camera!r}",
                where=str(reader.path),
                remedy=f"It has {', '.join(found) or 'none'}.",
            )
    if not found:
        raise OptionError(
            "has no camera images to make videos of",
            where=str(reader.path),
            remedy="Give a file of a visuomotor task; state data go to LeRobot: --format lerobot",
        )
    return list(wanted) or found


def _check_name(name: str, folder: Path, where: str) -> None:
    if len(os.fsencode(name)) > os.pathconf(folder, "PC_NAME_MAX"):
        raise DatasetError(
            "its name is too long for a file",
            where=where,
            remedy=Remedy("Renumber the demonstrations: mimic select FILE --output NEW", LOOK_INTO),
        )


def is_image(shape: Shape) -> bool:
    """Return whether an array of this shape holds images: (T, height, width) or (T, height, width, 1, 3 or 4)."""
    sides = len(shape) >= 3 and min(shape[1:3]) >= _MIN_SIDE
    return sides and (len(shape) == 3 or (len(shape) == 4 and shape[3] in (1, 3, 4)))


def _write(path: Path, frames: h5py.Dataset, fps: int, quality: int) -> None:
    video = Mp4(path, frames.shape[1], frames.shape[2], fps, quality)
    try:
        for image in _images(frames):
            video.add(image)
    finally:
        video.close()


def _images(frames: h5py.Dataset) -> Iterator[np.ndarray]:
    """Yield the frames as RGB images: (height, width, 3), uint8."""
    lowest, highest = 0.0, 255.0
    if frames.dtype != np.uint8:
        spans = [_span(block) for block in blocks(frames)]
        lowest, highest = min(low for low, _ in spans), max(high for _, high in spans)
        if lowest > highest:  # Nothing in it is finite.
            lowest, highest = 0.0, 1.0
    for block in blocks(frames):
        if block.dtype != np.uint8:
            # The depth of a pixel without a hit is infinite.
            scaled = (np.nan_to_num(block, nan=highest, posinf=highest, neginf=lowest) - lowest) * 255.0
            block = (scaled / max(highest - lowest, 1e-9)).clip(0, 255).round().astype(np.uint8)
        if block.ndim == 3:
            block = block[..., None]
        yield from np.repeat(block, 3, axis=3) if block.shape[3] == 1 else block[..., :3]


def blocks(frames: h5py.Dataset) -> Iterator[np.ndarray]:
    """Read frames in blocks of at most 64, so that few are in memory at a time.

    Raises:
        Unreadable: The array is damaged.
    """
    for start in range(0, len(frames), _BLOCK):
        with guarded():
            block = frames[start : start + _BLOCK]
        yield block


def _span(block: np.ndarray) -> tuple[float, float]:
    finite = block[np.isfinite(block)]
    return (float(finite.min()), float(finite.max())) if finite.size else (np.inf, -np.inf)
