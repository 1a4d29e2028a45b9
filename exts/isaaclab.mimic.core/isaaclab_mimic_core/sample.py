# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Where the sample demonstrations are."""

from pathlib import Path

_SAMPLE = Path("data", "franka_stack", "demos.hdf5")
_BESIDE, _INSIDE = Path(__file__).parents[3] / _SAMPLE, Path(__file__).parents[1] / _SAMPLE
SAMPLE = _INSIDE if _INSIDE.is_file() else _BESIDE
"""Ten recorded demonstrations of the Franka three-cube stack; beside the extensions in a checkout and in the wheel,
inside this one if it came from a registry."""
