# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Layout of a dataset file: groups, arrays, attributes and their conventions.

::

    /                                   attribute format_version (absent in files older than Isaac Lab 3.0)
    data/                               attributes total (number of samples), env_args (JSON), mimic (JSON, history)
    data/demo_N/                        attributes num_samples, seed, success, mimic (JSON, history)
        actions                         (T, action_dim)
        processed_actions               (T, joints)
        obs/<term>                      (T, ...)
        obs/datagen_info/               added by annotation
            eef_pose/<eef>              (T, 4, 4) [m], environment frame, before step t
            target_eef_pose/<eef>       (T, 4, 4) [m], environment frame, target of action t
            object_pose/<object>        (T, 4, 4) [m], environment frame, before step t
            subtask_term_signals/<name> (T,) or (T, 1), bool
            subtask_start_signals/<name>
        initial_state/                  length 1, same groups as states
        states/                         after step t
            articulation/<name>/        root_pose (T, 7), root_velocity (T, 6), joint_position, joint_velocity
            rigid_object/<name>/        root_pose (T, 7), root_velocity (T, 6)
        randomization/                  (T,) or (T, channels): random values that `mimic render` used in each frame

A root pose is position [m] and quaternion, relative to the environment's origin. Format version 1 stores quaternions
as xyzw; files without `format_version` store wxyz.

The program names an array by its flat path below the demo: `states/rigid_object/cube_1/root_pose`.
"""

import re

import numpy as np

FORMAT_VERSION = 1
"""Version that the writer stores: quaternions xyzw."""
LEGACY_VERSION = 0
"""Version of files that do not store one: quaternions wxyz."""

DATA = "data"
"""Group that holds the demos."""
MASK = "mask"
"""Group of named lists of demos, such as those for training (robomimic: filter keys)."""

# Groups and datasets of a demo.
ACTIONS = "actions"
PROCESSED_ACTIONS = "processed_actions"
OBS = "obs"
INITIAL_STATE = "initial_state"
STATES = "states"
ROOT_POSE = "root_pose"
DATAGEN_INFO = "obs/datagen_info"
EEF_POSE = "obs/datagen_info/eef_pose"
TARGET_EEF_POSE = "obs/datagen_info/target_eef_pose"
OBJECT_POSE = "obs/datagen_info/object_pose"
RANDOMIZATION = "randomization"
TERM_SIGNALS = "obs/datagen_info/subtask_term_signals"
START_SIGNALS = "obs/datagen_info/subtask_start_signals"

# Attributes of the file, of `data` and of a demo.
ATTR_FORMAT_VERSION = "format_version"
ATTR_TOTAL = "total"
ATTR_ENV_ARGS = "env_args"
ATTR_NUM_SAMPLES = "num_samples"
ATTR_SEED = "seed"
ATTR_SUCCESS = "success"
ATTR_PROVENANCE = "mimic"
"""History of the data as a JSON object with the keys `recorded`, `annotated`, `generated` and `edits`, each optional
and with any contents. `mimic info` shows

- of `data`: `input`, `mode` and `seed` under `generated`
- of a demo: `sources` under `generated`: for each end effector a list with one entry per subtask, {`demo`, `segment`,
  `end`}: name of the source demonstration, first sample and last sample + 1 of the segment, and last sample + 1 of the
  subtask in this demo; `end` is absent if the subtask did not end, and in older files
"""

EDITS = "edits"
"""Key in the history: list of the edits by `datasets.edit`, the oldest first. Each has `by` (merge, select, drop or
convert), for a demo `file` and `from` (its former file and name), and entries of its own."""

ENV_TYPE_GYM = 2
"""robomimic's number for a gym environment, under `type` in `env_args`."""

_DEMO_NAME = re.compile(r"demo_([0-9]{1,18})\Z")


def join(*parts: str) -> str:
    """Join parts of a flat path: `join(STATES, "rigid_object", "cube_1", ROOT_POSE)`."""
    return "/".join(parts)


def demo_name(number: int) -> str:
    """Return the name of the demo with this number."""
    return f"demo_{number}"


def demo_number(name: str) -> int | None:
    """Return N for the name `demo_N`; None for another name."""
    match = _DEMO_NAME.match(name)
    return int(match[1]) if match else None


def natural_order(name: str) -> list:
    """Return a sort key that puts `demo_2` before `demo_10`."""
    # The odd elements of the split are digits, so numbers are only compared with numbers. Compare their lengths, then
    # their digits: Python refuses to convert thousands of digits, which a file may hold.
    parts = enumerate(re.split(r"([0-9]+)", name))
    return [(len(digits := part.lstrip("0")), digits) if i % 2 else part for i, part in parts]


def kind_name(kind: str) -> str:
    """Return the name, for people, of a `kind` of numpy's types."""
    names = {"f": "numbers", "b": "booleans", "i": "integers", "u": "unsigned integers", "c": "complex numbers"}
    return {**names, "O": "text", "S": "text", "V": "records"}.get(kind, kind)


def is_root_pose(path: str) -> bool:
    """Return whether a flat path names a root pose. The format version says how its quaternion is stored."""
    return path.rsplit("/", 1)[-1] == ROOT_POSE


def wxyz_to_xyzw(pose: np.ndarray) -> np.ndarray:
    """Convert the quaternions of poses from wxyz to xyzw.

    Args:
        pose: Position [m] and quaternion wxyz: (..., 7).

    Returns:
        Position [m] and quaternion xyzw: (..., 7).
    """
    return pose[..., [0, 1, 2, 4, 5, 6, 3]]
