# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Which Python a worker process is started with."""

import os
import sys
from pathlib import Path

from ..errors import PlatformError

VARIABLE = "ISAACLAB_MIMIC_PYTHON"
"""Environment variable that names the interpreter, for installations that are laid out in a way we do not know."""


def find_interpreter(chosen: str = "", executable: str = sys.executable) -> str:
    """Return the program that runs Python with this process's packages.

    Usually that is `sys.executable`. Where Python is embedded, as in Isaac Sim's `kit/kit`, that is the application;
    Isaac Sim then has a `python.sh` (`python.bat`) beside or above it, which sets up its environment first.

    Args:
        chosen: What the user has set; tried first, then the environment variable `ISAACLAB_MIMIC_PYTHON`.
        executable: The running program; a parameter for tests.

    Raises:
        PlatformError: No interpreter is found, or the one chosen does not exist.
    """
    chosen = chosen or os.environ.get(VARIABLE, "")
    if chosen:
        if not os.access(chosen, os.X_OK):
            raise PlatformError(
                "this is not a program that can be started",
                where=chosen,
                remedy=f"Correct the worker's Python interpreter in the settings, or {VARIABLE}.",
            )
        return chosen
    program = Path(executable)
    if program.name.startswith("python"):
        return str(program)
    script = "python.bat" if os.name == "nt" else "python.sh"
    for folder in program.parents:
        if (folder / script).is_file():
            return str(folder / script)
    raise PlatformError(
        f"no Python interpreter was found beside {executable or 'this program'}",
        remedy=f"Set {VARIABLE} to the Python of your Isaac Lab installation.",
    )
