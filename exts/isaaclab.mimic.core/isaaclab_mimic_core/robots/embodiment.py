# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Robots as isaac-sim/AutoData 0.1 describes them: by observations and places in an action.

Keys and meaning are those of its documentation's page Embodiments. Where the action terms can be read, nothing of this
need be written (`derived.batched.DerivedEnv`). AutoData takes relative actions without the term's scale, and
`derived.described.EmbodimentEnv` does so, too. This module imports neither torch nor Isaac Lab.
"""

from dataclasses import dataclass
from typing import Any

from ..datagen.config_checks import is_finite
from ..yaml_file import Entry, read_yaml

_REMEDY = "The keys of an embodiment: isaac-sim/AutoData's documentation, Embodiments."
_MOST = 4096
"""Largest column of an action, and number of columns."""
_SINGLE, _BIMANUAL = "delta_pose_ik_single_arm", "absolute_pose_whole_body_bimanual"
_COMMON = ("type", "name", "description", "obs_group", "action_layout")
_HANDS, _GRASP = ("hand_open", "hand_close"), "offset"
"""Open and closed hands, and the frame of a grasp in a hand's: of use for AutoData's retargeting only."""


@dataclass(frozen=True)
class Hand:
    """One end effector of an embodiment."""

    name: str
    start: int
    """First column of its pose command."""
    columns: tuple[int, ...]
    """Columns that are taken over from a source, such as its gripper's."""
    position: str
    """Observation of its position in the environment's frame [m]."""
    quat: str
    """Observation of its orientation (xyzw)."""
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """The observed point in the frame whose pose is taken [m]."""


@dataclass(frozen=True)
class Embodiment:
    """A robot's end effectors, as its file says them."""

    path: str
    hands: tuple[Hand, ...]
    relative: bool
    obs_group: str = "policy"
    clamps: bool = True
    unique_quat: bool = False
    action_dim: int = 0
    """Numbers in an action."""
    unused: tuple[str, ...] = ()
    """What the file says that nothing here follows: AutoData retargets demonstrations to another robot by it."""


def read_embodiment(path: str) -> Embodiment:
    """Read an embodiment of AutoData.

    Raises:
        InputFileError: The file cannot be read, or says something that cannot be followed; names the line.
    """
    return read_yaml(path, _read, _REMEDY)


def _read(entry: Entry) -> Embodiment:
    found = entry.settings()
    kind = _value(found, "type", entry, str)
    if kind == _SINGLE:
        return _single(entry)
    if kind == _BIMANUAL:
        return _bimanual(entry)
    raise found["type"].error(f"is {kind!r}, which is unknown", f"Use {_SINGLE} or {_BIMANUAL}.")


def _single(entry: Entry) -> Embodiment:
    found = entry.known((*_COMMON, "eef_name", "pose_obs_keys", "eef_offset"))
    layout_entry = _entry(found, "action_layout", entry)
    layout = layout_entry.known(("gripper_dim", "clip_pose_action_to_unit"))
    grip = _value(layout, "gripper_dim", layout_entry, int)
    position, quat = _observations(_entry(found, "pose_obs_keys", entry))
    x, y, z = map(float, _numbers(found["eef_offset"], 3, "numbers") if "eef_offset" in found else (0, 0, 0))
    clamps = "clip_pose_action_to_unit" not in layout or _value(layout, "clip_pose_action_to_unit", layout_entry, bool)
    name = _value(found, "eef_name", entry, str)
    hand = Hand(name, 0, tuple(range(6, 6 + grip)), position, quat, (x, y, z))
    return Embodiment(entry.path, (hand,), True, _group(found, entry), clamps, action_dim=6 + grip)


def _bimanual(entry: Entry) -> Embodiment:
    found = entry.known((*_COMMON, "eefs", *_HANDS))
    keys = ("left_pose_slice", "right_pose_slice", "hand_joints_slice", "canonicalize_quat", "passthrough_channels")
    layout_entry = _entry(found, "action_layout", entry)
    layout = layout_entry.known(keys)
    left, right, joints = (_numbers(_entry(layout, key, layout_entry), 2) for key in keys[:3])
    eefs_entry = _entry(found, "eefs", entry)
    eefs = eefs_entry.known(("left", "right"))
    channels = layout.get("passthrough_channels")
    spans = [_numbers(each, 2) for each in channels.settings().values()] if channels and channels.plain else []
    others = [column for first, end in spans for column in range(first, end)]
    hands, unused = [], [key for key in _HANDS if key in found]
    for name, (start, end) in (("left", left), ("right", right)):
        eef_entry = _entry(eefs, name, eefs_entry)
        eef = eef_entry.known(("pose_obs_keys", "gripper_action_indices", _GRASP))
        if end - start != 7:
            raise layout[f"{name}_pose_slice"].error(f"has {end - start} numbers", "A pose has 7.")
        own = _entry(eef, "gripper_action_indices", eef_entry)
        columns = [joints[0] + index for index in _numbers(own)]
        if any(not joints[0] <= column < joints[1] for column in columns):
            raise own.error("leaves hand_joints_slice", f"Use numbers below {joints[1] - joints[0]}.")
        position, quat = _observations(_entry(eef, "pose_obs_keys", eef_entry))
        # Channels without an end effector are taken over with the right hand's, as the last of an action.
        columns += others if name == "right" else []
        unused += [f"eefs.{name}.{_GRASP}"] if _GRASP in eef else []
        hands.append(Hand(name, start, tuple(columns), position, quat))
    unique = "canonicalize_quat" not in layout or _value(layout, "canonicalize_quat", layout_entry, bool)
    size = max([joints[1], *(end for _, end in spans)])
    places = [column for hand in hands for column in (*range(hand.start, hand.start + 7), *hand.columns)]
    if sorted(places) != list(range(size)):
        raise layout_entry.error(
            f"does not give each of {size} numbers of an action to one of poses, hands and channels",
            "Check the slices, and gripper_action_indices, which count from the begin of hand_joints_slice.",
        )
    group = _group(found, entry)
    return Embodiment(entry.path, tuple(hands), False, group, unique_quat=unique, action_dim=size, unused=tuple(unused))


def _entry(found: dict[str, Entry], key: str, above: Entry) -> Entry:
    if key not in found:
        raise above.error(f"the key {key!r} is missing", f"Add {key}.")
    return found[key]


def _value[T](found: dict[str, Entry], key: str, above: Entry, kind: type[T]) -> T:
    entry = _entry(found, key, above)
    value = entry.plain
    if type(value) is not kind or (kind is int and not _is_place(value)):
        names = {str: "a text", int: f"a whole number from 0 to {_MOST}", bool: "true or false"}
        raise entry.error(f"is {value!r}, but should be {names[kind]}")
    return value


def _is_place(value: object) -> bool:
    return type(value) is int and 0 <= value <= _MOST


def _numbers(entry: Entry, count: int | None = None, what: str = "whole numbers") -> list[Any]:
    """Return a list of columns of an action, or of finite numbers if `what` is not whole numbers."""
    value, good = entry.plain, _is_place if what == "whole numbers" else is_finite
    if not isinstance(value, list) or not all(map(good, value)) or (count is not None and len(value) != count):
        raise entry.error(f"is {value!r}, but should be a list of {f'{count} ' if count else ''}{what}")
    return value


def _observations(entry: Entry) -> tuple[str, str]:
    found = entry.known(("pos", "quat"))
    return _value(found, "pos", entry, str), _value(found, "quat", entry, str)


def _group(found: dict[str, Entry], entry: Entry) -> str:
    return _value(found, "obs_group", entry, str) if "obs_group" in found else "policy"
