# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Where the sample demonstrations are: ten recorded ones of each of some tasks."""

from pathlib import Path

from .plugins import TaskSpec

_FILE = "demos.hdf5"


def _sample(folder: str) -> Path:
    """Return a file of `data`: beside the extensions, or inside this one if it came from a registry."""
    within = Path("data", folder, _FILE)
    inside = Path(__file__).parents[1] / within
    return inside if inside.is_file() else Path(__file__).parents[3] / within


SAMPLE = _sample("franka_stack")
"""Ten recorded demonstrations of the Franka three-cube stack."""


def sample_of(task: TaskSpec) -> Path:
    """Return the file of a task's sample demonstrations; those of the three-cube stack if it has none."""
    return _sample(task.sample) if task.sample else SAMPLE
