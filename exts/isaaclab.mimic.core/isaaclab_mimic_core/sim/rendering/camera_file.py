# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Read cameras from a YAML file with the field names of Isaac Lab's `CameraCfg`."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self

from ...errors import OptionError
from ...yaml_file import Entry, read_yaml

_LARGEST = 4096
_CONVENTIONS = ("ros", "opengl", "world")
_KINDS = (
    "rgb",
    "depth",
    "distance_to_camera",
    "distance_to_image_plane",
    "normals",
    "semantic_segmentation",
    "instance_segmentation",
)


@dataclass(frozen=True)
class CameraEntry:
    """One camera. A field that is None keeps the task's value; a new camera gets a default."""

    height: int | None = None
    """[pixels]"""
    width: int | None = None
    """[pixels]"""
    data_types: tuple[str, ...] | None = None
    """Data types to render; `rgb` by default."""
    body: str | None = None
    """Body of a robot, or object, that it moves with; none: it is fixed in the environment."""
    pos: tuple[float, float, float] | None = None
    """Position in the body's frame, or in the environment's [m]."""
    rot: tuple[float, float, float, float] | None = None
    """Rotation in the same frame, quaternion xyzw."""
    convention: str | None = None
    """Convention of `rot`: ros (z forward, y down; the default), opengl (-z forward, y up), world (x forward, z up)."""
    look_at: tuple[float, float, float] | None = None
    """Instead of `rot`: a point in the same frame at which the camera looks [m]."""
    focal_length: float | None = None
    """Focal length in the unit of `horizontal_aperture`."""
    horizontal_aperture: float | None = None
    clipping_range: tuple[float, float] | None = None
    """Near and far clipping distance [m]."""

    @classmethod
    def read(cls, entry: Entry) -> Self:
        """Return the camera with these fields in the file.

        Raises:
            InputFileError: A field is unknown or has a wrong value.
        """
        given = entry.settings() if entry.plain is not None else {}
        for key, setting in given.items():
            if key not in {each.name for each in fields(cls)}:
                raise setting.error("is no setting of a camera")
        values: dict[str, Any] = {}
        for key, setting in given.items():
            value, wrong = setting.plain, setting.error
            if key in ("height", "width"):
                if type(value) is not int or not 1 <= value <= _LARGEST:
                    raise wrong(f"{key} should be a number of pixels up to {_LARGEST}, not {value!r}")
                values[key] = value
            elif key in ("body", "convention"):
                values[key] = str(value)
            elif key == "data_types":
                values[key] = tuple(map(str, value)) if isinstance(value, list) else (str(value),)
            elif key in ("focal_length", "horizontal_aperture"):
                values[key] = _numbers([value], 1, key, wrong)[0]
            else:
                values[key] = _numbers(value, {"rot": 4, "clipping_range": 2}.get(key, 3), key, wrong)
        wrong, made = entry.error, cls(**values)
        if made.convention not in (None, *_CONVENTIONS):
            raise wrong(f"convention should be one of {', '.join(_CONVENTIONS)}, not {made.convention}")
        if others := [kind for kind in made.data_types or () if kind not in _KINDS]:
            raise wrong(f"{', '.join(others)} cannot be drawn; choose from {', '.join(_KINDS)}")
        if made.rot is not None and (made.look_at is not None or not any(made.rot)):
            raise wrong("give either rot, other than zero, or look_at")
        if made.look_at is not None and made.look_at == made.pos:
            raise wrong("looks at the point where it stands")
        if any(value is not None and value <= 0 for value in (made.focal_length, made.horizontal_aperture)):
            raise wrong("focal_length and horizontal_aperture should be positive")
        if made.clipping_range is not None and not 0 < made.clipping_range[0] < made.clipping_range[1]:
            raise wrong("clipping_range should be near and far, both positive")
        return made


def _numbers(value: Any, count: int, key: str, wrong: Any) -> tuple[float, ...]:
    """Return a field of finite numbers."""
    plain = isinstance(value, list) and all(type(part) in (int, float) and math.isfinite(part) for part in value)
    if not plain or len(value) != count:
        raise wrong(f"{key} should be {count} numbers, not {value!r}" if count > 1 else f"{key} should be a number")
    return tuple(map(float, value))


def read_cameras(path: str) -> dict[str, CameraEntry]:
    """Return the cameras of a YAML file by name.

    Raises:
        InputFileError: The file cannot be read, or a field in it is wrong.
    """
    return read_yaml(path, _read)


def _read(file: Entry) -> dict[str, CameraEntry]:
    given = file.settings()
    cameras = given["cameras"].settings() if set(given) == {"cameras"} else {}
    if not cameras:
        raise file.error("should hold `cameras:` with a camera below it, and nothing else")
    for name, entry in cameras.items():
        if not name.isidentifier():
            raise entry.error(f"{name!r} cannot be the name of a camera", "Use letters and _.")
    return {name: CameraEntry.read(entry) for name, entry in cameras.items()}


def resized(cameras: Mapping[str, CameraEntry], size: int) -> dict[str, CameraEntry]:
    """Return cameras with another height and width; with size 0 return them unchanged.

    Raises:
        OptionError: The size is impossible.
    """
    if size == 0:
        return dict(cameras)
    if not 1 <= size <= _LARGEST:
        raise OptionError(f"a picture of {size} pixels cannot be drawn", where="--size", remedy=f"1 to {_LARGEST}")
    return {name: replace(entry, height=size, width=size) for name, entry in cameras.items()}
