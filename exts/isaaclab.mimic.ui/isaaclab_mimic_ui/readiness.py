# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Whether what a run needs is installed, and what to do if not."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass

from isaaclab_mimic_core.errors import PlatformError
from isaaclab_mimic_core.interpreter import find_interpreter

_PACKAGES = {
    "isaaclab": ("Isaac Lab", "isaaclab==3.0.0"),
    # The version is Isaac Lab's to choose.
    "torch": ("PyTorch", "isaaclab==3.0.0"),
    "h5py": ("h5py", "h5py==3.16.0"),
}
"""Module -> what it is called, what to install to get it."""

_TRAINING = {"robomimic": ("robomimic", "robomimic==0.3.0")}
_MORE = {"train": _TRAINING, "evaluate": _TRAINING, "play": _TRAINING}
"""Stage -> what it needs besides."""


@dataclass(frozen=True)
class Shortage:
    """What is missing, and the command that mends it."""

    text: str
    command: str


def find_shortage(stage: str = "") -> Shortage | None:
    """Look for the packages that a stage needs, without importing any of them; None if all are there."""
    needed = _PACKAGES | _MORE.get(stage, {})
    missing = [needed[name] for name in needed if importlib.util.find_spec(name) is None]
    if not missing:
        return None
    names = [name for name, _ in missing]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    verb = "is" if len(names) == 1 else "are"
    prevents = "simulated" if set(missing) & set(_PACKAGES.values()) else "trained or played"
    try:
        python = find_interpreter()
    except PlatformError:
        python = "python"
    return Shortage(
        f"{listed} {verb} not installed for the Python of this application, so nothing can be {prevents} yet. "
        "Close the application, run this command in a terminal, and start it again:",
        f"{python} -m pip install {' '.join(dict.fromkeys(package for _, package in missing))}",
    )
