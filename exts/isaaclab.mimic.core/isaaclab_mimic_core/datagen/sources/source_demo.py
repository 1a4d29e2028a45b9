# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A source demonstration as it is read from a file."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class SourceDemo:
    """One annotated demonstration of T steps."""

    name: str
    actions: np.ndarray
    """(T, action_dim)"""
    eef_pose: dict[str, np.ndarray]
    """Per end effector (T, 4, 4), environment frame [m]."""
    target_eef_pose: dict[str, np.ndarray]
    """Per end effector (T, 4, 4): the target pose of each step's action."""
    object_pose: dict[str, np.ndarray]
    """Per object (T, 4, 4)."""
    term_signals: dict[str, np.ndarray]
    """Per subtask termination signal (T,); a subtask ends where its signal changes."""
    start_signals: dict[str, np.ndarray] = field(default_factory=dict)
    """Per subtask start signal (T,): it changes where the segment begins. Used only where paths are planned."""
    object_box: dict[str, np.ndarray] = field(default_factory=dict)
    """Per object (2, 3): lower and upper corner of the box around it, in its frame [m]; those that are known."""
