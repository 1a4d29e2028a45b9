# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Visual randomization: the ranges of its settings, and sampling from them.

The ranges stand in a YAML file (docs/rendering.md), which is read and checked here and nowhere else. Values depend on
the seed, the demonstration, the rendering, the frame and the name of what they are for: not on what else is drawn, in
which order or in which process.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from ...errors import OptionError
from ...randomness import streams, uniform
from ...yaml_file import Entry, read_yaml

TEXTURES = ("none", "checker", "noise", "wood")
"""Procedural textures; their places are those of `structs.CHECKER` and the others."""
_PER = ("demonstration", "frame")


@dataclass(frozen=True)
class _Number:
    """A number that can be drawn; of itself it is `neutral`, which changes nothing."""

    neutral: float
    low: float
    high: float

    def read(self, entry: Entry) -> tuple[tuple[float, ...], ...]:
        return tuple((bound,) for bound in self.bounds(entry))

    def bounds(self, entry: Entry) -> tuple[float, float]:
        """Return the range [low, high] that stands somewhere."""
        given = entry.plain
        if not isinstance(given, list) or len(given) != 2 or not all(map(_is_number, given)):
            raise entry.error(f"should be a range [low, high], not {given!r:.60}")
        low, high = map(float, given)
        if not self.low <= low <= high <= self.high:
            raise entry.error(
                f"should be a range within {self.low:.6g} and {self.high:.6g}, the lower end first, not {given!r}"
            )
        return low, high


@dataclass(frozen=True)
class _Color:
    """A colour: a range of each channel, or several to choose from."""

    high: float = 1.0
    can_scale: bool = False
    """Whether it can also be a factor."""

    def read(self, entry: Entry, given: Mapping[str, Entry], high: float) -> tuple[tuple[float, ...], ...]:
        """Return bounds or choices of three channels, each at most `high`."""
        if set(given) == {"choices"}:
            colors = given["choices"].plain
            if not isinstance(colors, list) or not colors or not all(self._is_color(color, high) for color in colors):
                raise given["choices"].error(f"should be a list of colours [r, g, b] from 0 to {high:g}")
            return tuple(tuple(map(float, color)) for color in colors)
        if set(given) != {"r", "g", "b"}:
            raise entry.error("should hold ranges r, g and b, or choices")
        bounds = [_Number(1.0, 0.0, high).bounds(given[channel]) for channel in "rgb"]
        return tuple(zip(*bounds, strict=True))

    @staticmethod
    def _is_color(value: Any, high: float) -> bool:
        return (
            isinstance(value, list)
            and len(value) == 3
            and all(_is_number(part) and 0.0 <= part <= high for part in value)
        )


_STRENGTH = _Number(1.0, 0.0, 100.0)
_FACTOR = _Color(high=100.0)
_TURN, _SHIFT = _Number(0.0, -2 * math.pi, 2 * math.pi), _Number(0.0, -10.0, 10.0)
SETTINGS: dict[str, Any] = {
    "distant_light": {
        "azimuth": _TURN,
        "elevation": _Number(0.0, -math.pi / 2, math.pi / 2),
        "intensity": _STRENGTH,
        "color": _FACTOR,
    },
    "dome_light": {"intensity": _STRENGTH, "color": _FACTOR},
    "background": {"color": _Color()},
    "materials": {
        "color": _Color(can_scale=True),
        "roughness": _Number(1.0, 0.05, 1.0),
        "texture": {
            "patterns": TEXTURES,
            "scale": _Number(0.05, 0.001, 10.0),
            "rotation": _TURN,
            "contrast": _Number(0.5, 0.0, 1.0),
            "color": _Color(),
        },
    },
    "cameras": {
        "pose_range": {
            **dict.fromkeys(("x", "y", "z"), _SHIFT),
            **dict.fromkeys(("roll", "pitch", "yaw"), _TURN),
        },
        "focal_length": _Number(1.0, 0.1, 10.0),
    },
    "images": {"exposure": _Number(0.0, -10.0, 10.0), "noise": _Number(0.0, 0.0, 128.0)},
}
"""All settings, by group. A setting that is not in the file stays neutral."""
BY_NAME = ("materials", "cameras", "images")
"""Groups with entries by name, a regular expression as in Isaac Lab's `SceneEntityCfg`."""


def neutral(group: str, setting: str) -> float:
    """Return the value of a setting that is not in the file: `neutral("materials", "texture/scale")`."""
    found = SETTINGS[group]
    for part in setting.split("/"):
        found = found[part]
    return found.neutral


@dataclass(frozen=True)
class Draw:
    """A setting with its range or choices.

    Attributes:
        setting: Name in its group, for example `texture/scale`.
        bounds: (2, channels) lower and upper bound, or (n, channels) choices.
        chosen: Whether `bounds` are choices.
        per_frame: Whether a value is sampled for each frame.
        scales: Of a colour, whether it is a factor.
    """

    setting: str
    bounds: tuple[tuple[float, ...], ...]
    chosen: bool = False
    per_frame: bool = False
    scales: bool = False

    def values(self, name: str, take: "Take") -> torch.Tensor:
        """Sample values for K frames.

        Args:
            name: Group, and asset or camera.
            take: The frames.

        Returns:
            (K, channels) float32.
        """
        bounds = torch.tensor(self.bounds, device=take.frames.device)
        channels = 1 if self.chosen else bounds.shape[1]
        drawn = uniform(take.stream(f"{name}/{self.setting}"), take.frames if self.per_frame else 0, channels)
        if self.chosen:
            return bounds[(drawn[:, 0] * len(bounds)).long().clamp(max=len(bounds) - 1)]
        return bounds[0] + (bounds[1] - bounds[0]) * drawn


@dataclass(frozen=True)
class Part:
    """Settings of one light, of the background, or of the assets or cameras of one name."""

    group: str
    pattern: str
    """Regular expression of names; empty for lights and background."""
    draws: tuple[Draw, ...]
    where: str
    """File, line and keys, for errors."""


@dataclass(frozen=True)
class Take:
    """K frames, and the numbers that their values depend on.

    Attributes:
        seed: Seed of the run.
        variation: Number of the rendering of the demonstration.
        numbers: (K,) int64 numbers of the demonstrations.
        frames: (K,) int64 numbers of the frames in their demonstrations.
    """

    seed: int
    variation: int
    numbers: torch.Tensor
    frames: torch.Tensor

    @classmethod
    def of(cls, seed: int, number: int, variation: int, frames: torch.Tensor) -> "Take":
        """Return frames (K,) of one demonstration, by its number."""
        return cls(seed, variation, torch.full_like(frames, number), frames)

    def stream(self, purpose: str) -> torch.Tensor:
        """Return the random streams of a purpose (`randomness.streams`): (K,) int64."""
        return streams(self.seed, f"randomization/{purpose}, {self.variation}", self.numbers)


@dataclass(frozen=True)
class Randomization:
    """Settings of a file."""

    parts: tuple[Part, ...]
    content: dict[str, Any]
    """Content of the file as plain data."""

    def group(self, name: str) -> tuple[Draw, ...]:
        """Return the settings of a light or of the background; empty if the file has none."""
        return next((part.draws for part in self.parts if part.group == name), ())

    def of_each(self, group: str, names: Iterable[str]) -> dict[str, tuple[Draw, ...]]:
        """Return the settings of those assets or cameras of a group that have any, by name.

        Raises:
            OptionError: A regular expression matches nothing, or two match one name.
        """
        names, found, said_by = sorted(names), {}, {}
        for part in self.parts:
            if part.group != group:
                continue
            mine = [name for name in names if re.fullmatch(part.pattern, name)]
            if not mine:
                remedy = f"Name one of {', '.join(names)}." if names else "There are none in this scene."
                raise OptionError(f"there are no {group} {part.pattern!r}", where=part.where, remedy=remedy)
            for name in mine:
                if name in found:
                    raise OptionError(
                        f"{name} is also meant by {said_by[name]!r}", where=part.where, remedy="Use one entry for it."
                    )
                found[name], said_by[name] = part.draws, part.pattern
        return found


def read_randomization(path: str) -> Randomization:
    """Return the settings of a YAML file.

    Raises:
        InputFileError: The file cannot be read, or a setting in it is unknown or wrong.
    """
    return read_yaml(path, _read)


def _read(file: Entry) -> Randomization:
    given = file.settings()
    per = _per(given)
    _refuse_unknown(given, SETTINGS)
    if not given:
        raise file.error(f"should hold some of {', '.join(SETTINGS)}")
    parts = []
    for group, entry in given.items():
        if group not in BY_NAME:
            parts.append(Part(group, "", _read_part(entry, SETTINGS[group], per), entry.where))
            continue
        things = entry.settings()
        if not things:
            raise entry.error("should hold names, and settings below them")
        for pattern, thing in things.items():
            try:
                re.compile(pattern)
            except re.error as error:
                raise thing.error(f"is no regular expression ({error})") from error
            parts.append(Part(group, pattern, _read_part(thing, SETTINGS[group], per), thing.where))
    return Randomization(tuple(parts), file.plain)


def _read_part(entry: Entry, known: Mapping[str, Any], per: str) -> tuple[Draw, ...]:
    given = entry.settings()
    per_frame = _per(given, per) == "frame"
    draws = _draws(entry, given, known, "", per_frame)
    if not draws:
        raise entry.error(f"should hold some of {', '.join(known)}")
    return tuple(draws)


def _draws(
    entry: Entry, given: Mapping[str, Entry], known: Mapping[str, Any], above: str, per_frame: bool
) -> list[Draw]:
    _refuse_unknown(given, known)
    if "patterns" in known and "patterns" not in given:
        raise entry.error(f"lacks patterns: some of {', '.join(TEXTURES)}")
    draws: list[Draw] = []
    for name, value in given.items():
        kind, setting = known[name], f"{above}{name}"
        if isinstance(kind, dict):
            draws += _draws(value, value.settings(), kind, f"{setting}/", per_frame)
        elif isinstance(kind, tuple):
            draws.append(Draw(setting, _read_patterns(value, kind), True, per_frame))
        elif isinstance(kind, _Color):
            draws.append(_read_color(value, kind, setting, per_frame))
        else:
            draws.append(Draw(setting, kind.read(value), False, per_frame))
    return draws


def _read_color(entry: Entry, kind: _Color, setting: str, per_frame: bool) -> Draw:
    given = entry.settings()
    scales = False
    if kind.can_scale and "operation" in given:
        operation = given.pop("operation")
        if operation.plain not in ("abs", "scale"):
            raise operation.error(f"should be abs or scale, not {operation.plain!r:.60}")
        scales = operation.plain == "scale"
    bounds = kind.read(entry, given, _FACTOR.high if scales else kind.high)
    return Draw(setting, bounds, "choices" in given, per_frame, scales)


def _read_patterns(entry: Entry, known: Sequence[str]) -> tuple[tuple[float, ...], ...]:
    given = entry.plain
    if not isinstance(given, list) or not given or any(each not in known for each in given):
        raise entry.error(f"should be a list of some of {', '.join(known)}, not {given!r:.60}")
    return tuple((float(known.index(each)),) for each in given)


def _per(given: dict[str, Entry], otherwise: str = _PER[0]) -> str:
    """Take out how often something is drawn."""
    if "per" not in given:
        return otherwise
    entry = given.pop("per")
    if entry.plain not in _PER:
        raise entry.error(f"should be {' or '.join(_PER)}, not {entry.plain!r:.60}")
    return entry.plain


def _refuse_unknown(given: Mapping[str, Entry], known: Mapping[str, Any]) -> None:
    for name, entry in given.items():
        if name not in known:
            raise entry.error("is no setting", f"There are {', '.join(known)}, and per.")


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)
