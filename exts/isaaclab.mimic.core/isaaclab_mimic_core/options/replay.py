# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What replaying demonstrations can be told."""

from dataclasses import dataclass

from .simulation import SimOptions


@dataclass(frozen=True)
class ReplayOptions(SimOptions):
    """Play demonstrations again and say which of them hold.

    mimic replay generated.hdf5 --validate
    """

    input: str = "demos.hdf5"
    """File of demonstrations."""
    task: str = ""
    """Task id; the one that the file names by default."""
    any_task: bool = False
    """Take demonstrations of another task, too: its robot, actions and objects have to be the same."""
    by: str = "actions"
    """actions: from the initial state, in physics; states: every recorded state, without physics; end: the last one."""
    num_envs: int = 0
    """Demonstrations that are played side by side; 0: as many as when the file was generated, else 16."""
    validate: bool = False
    """End with status 1 if the task is not fulfilled after every demonstration."""
    tolerance: float = 0.01
    """From this difference on a state counts as having left what was recorded [rad, m]."""
    rest: float = 1.0
    """How long the scene rests after a demonstration before it is judged [s]."""
    episodes: str = ""
    """Demonstrations to play, by name, number or range: 3,demo_7,10-19; all by default."""
    drop_failed: str = ""
    """File to write without the demonstrations that failed."""
    overwrite: bool = False
    """Replace that file if it exists."""
