# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Where things are in a dataset file, and in which convention.

::

    /                                   attribute format_version (absent in files older than Isaac Lab 3.0)
    data/                               attributes total (samples in all), env_args (JSON), mimic (JSON, ours)
    data/demo_N/                        attributes num_samples, seed, success, mimic (JSON, ours)
        actions                         (T, action_dim)
        processed_actions               (T, joints)
        obs/<term>                      (T, ...)
        obs/datagen_info/               added by annotation
            eef_pose/<eef>              (T, 4, 4) [m], environment frame, before step t
            target_eef_pose/<eef>       (T, 4, 4) [m], environment frame, what action t aims at
            object_pose/<object>        (T, 4, 4) [m], environment frame, before step t
            subtask_term_signals/<name> (T,) or (T, 1), bool
            subtask_start_signals/<name>
        initial_state/                  length 1, same groups as states
        states/                         after step t
            articulation/<name>/        root_pose (T, 7), root_velocity (T, 6), joint_position, joint_velocity
            rigid_object/<name>/        root_pose (T, 7), root_velocity (T, 6)
        randomization/                  (T,) or (T, channels): what `mimic render` drew at random for every frame

A root pose is position [m] and quaternion, relative to the environment's origin. Format version 1 stores quaternions
as xyzw; files without `format_version` store wxyz.

Inside the program a dataset is named by its flat path below the demo: `states/rigid_object/cube_1/root_pose`.
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
"""Group of lists of demos, by key: which of them a training reads (robomimic: filter keys)."""

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
"""JSON: where the data came from, by what was done: `recorded`, `annotated`, `generated`, `edits`. Any keys; of these
`mimic info` shows

- of `data`, for the run: `generated` with `input`, `mode`, `seed`
- of a demo: `generated` with `sources`, per end effector a list with an entry a subtask, {`demo`, `segment`}: the
  source demonstration and the first and last + 1 of its samples
"""

EDITS = "edits"
"""Under `mimic` the list of what `datasets.edit` did, the oldest first: `by` (merge, select, drop, convert), of a demo
`file` and `from` (where it was and under what name), and what else the edit says of itself."""

ENV_TYPE_GYM = 2
"""robomimic's number for a gym environment, under `type` in `env_args`."""

_DEMO_NAME = re.compile(r"demo_([0-9]{1,18})\Z")


def join(*parts: str) -> str:
    """Join parts of a flat path: `join(STATES, "rigid_object", "cube_1", ROOT_POSE)`."""
    return "/".join(parts)


def demo_name(number: int) -> str:
    """Name of the demo with this number."""
    return f"demo_{number}"


def demo_number(name: str) -> int | None:
    """Number of a demo named `demo_N`, else None."""
    match = _DEMO_NAME.match(name)
    return int(match[1]) if match else None


def natural_order(name: str) -> list:
    """Sort key that puts `demo_2` before `demo_10`."""
    # Odd places of the split are the digits, so that a number is only ever compared with a number. By length, then
    # digit by digit: a file may hold names of thousands of digits, which Python refuses to read as a number.
    parts = enumerate(re.split(r"([0-9]+)", name))
    return [(len(digits := part.lstrip("0")), digits) if i % 2 else part for i, part in parts]


def kind_name(kind: str) -> str:
    """Name numpy's kind of an array's values for people."""
    names = {"f": "numbers", "b": "booleans", "i": "integers", "u": "unsigned integers", "c": "complex numbers"}
    return {**names, "O": "text", "S": "text", "V": "records"}.get(kind, kind)


def is_root_pose(path: str) -> bool:
    """Whether a flat path names a root pose, the one dataset whose quaternions depend on the format version."""
    return path.rsplit("/", 1)[-1] == ROOT_POSE


def wxyz_to_xyzw(pose: np.ndarray) -> np.ndarray:
    """Reorder the quaternions of poses.

    Args:
        pose: Position [m] and quaternion wxyz, shape (..., 7).

    Returns:
        Position [m] and quaternion xyzw, shape (..., 7).
    """
    return pose[..., [0, 1, 2, 4, 5, 6, 3]]
