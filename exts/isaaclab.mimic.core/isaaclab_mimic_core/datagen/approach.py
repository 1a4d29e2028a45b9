# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Where in a demonstration the way to an object ends and what is done with it begins, if nobody has marked it.

Planned ways replace the first part of a subtask. SkillGen wants it marked by hand (`subtask_start_signals`); without
marks the second part is the last stretch of the approach: from where the end effector was last farther from the object
than a hand's breadth more than it gets.
"""

import numpy as np

_STRETCH = 0.06
"""[m]"""


def approach_begins(eef_pose: np.ndarray, object_pose: np.ndarray, begin: int, end: int) -> int:
    """Return the step between `begin` and `end` at which the last stretch begins.

    Args:
        eef_pose: (T, 4, 4).
        object_pose: (T, 4, 4) the subtask's reference object.
        begin: First step of the whole subtask.
        end: Its end (exclusive).
    """
    distance = np.linalg.norm(eef_pose[begin:end, :3, 3] - object_pose[begin:end, :3, 3], axis=-1)
    nearest = int(distance.argmin())
    beyond = np.flatnonzero(distance[:nearest] > distance[nearest] + _STRETCH)
    return begin + (int(beyond[-1]) + 1 if len(beyond) else 0)
