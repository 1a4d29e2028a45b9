# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Whether what a run needs is installed, and what to do if not."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass

from isaaclab_mimic_core.errors import PlatformError
from isaaclab_mimic_core.stages.interpreter import find_interpreter

_PACKAGES = {"isaaclab": "Isaac Lab", "torch": "PyTorch", "h5py": "h5py"}
_INSTALL = "-m pip install isaaclab==3.0.0 h5py"


@dataclass(frozen=True)
class Shortage:
    """What is missing, and the command that mends it."""

    text: str
    command: str


def find_shortage() -> Shortage | None:
    """Look for the packages that every run needs, without importing any of them; None if all are there."""
    names = [title for name, title in _PACKAGES.items() if importlib.util.find_spec(name) is None]
    if not names:
        return None
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    verb = "is" if len(names) == 1 else "are"
    try:
        python = find_interpreter()
    except PlatformError:
        python = "python"
    return Shortage(
        f"{listed} {verb} not installed for the Python of this application, so nothing can be simulated yet. "
        "Close the application, run this command in a terminal, and start it again:",
        f"{python} {_INSTALL}",
    )
