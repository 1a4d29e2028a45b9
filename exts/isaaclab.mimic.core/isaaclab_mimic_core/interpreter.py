# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Which Python a process of ours is started with, and in which environment. No process is started in any other way."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from .errors import PlatformError

VARIABLE = "ISAACLAB_MIMIC_PYTHON"
"""Environment variable that names the interpreter, for installations that are laid out in a way we do not know."""

LEROBOT_VARIABLE = "MIMIC_LEROBOT_PYTHON"
"""Environment variable that names the Python that has lerobot; by default that of `./mimic.sh setup lerobot`."""

_CHECKOUT = Path(__file__).resolve().parents[3]
_LEROBOT_ENVIRONMENT = ".venv-lerobot"
_PACKAGE_ROOT = str(Path(__file__).resolve().parents[1])
_FOLDERS = ("CARB_APP_PATH", "ISAAC_PATH", "EXP_PATH")
"""Where Kit, Isaac Sim and its application files are. Set by Isaac Sim's `python.sh`, or its Python package."""
_SEARCH_PATHS = ("PYTHONPATH", "LD_LIBRARY_PATH", "LD_PRELOAD", "PXR_PLUGINPATH_NAME")
"""What a Kit application adds its own folders to."""


def running_program() -> str:
    """Return the program that this process runs, which is not Python where Python is embedded in it."""
    try:
        return os.readlink("/proc/self/exe")
    except OSError:
        return sys.executable


def find_interpreter(chosen: str = "", executable: str = sys.executable, program: str = "") -> str:
    """Return the program that runs Python with this process's packages.

    Usually that is `sys.executable`. Where Python is embedded, as in Isaac Sim's `kit/kit`, that is the application, or
    just any `python3` of the search path; Isaac Sim has a `python.sh` (`python.bat`) above the application and its
    Python, which sets up its environment first.

    Args:
        chosen: What the user has set; tried first, then the environment variable `ISAACLAB_MIMIC_PYTHON`.
        executable: What Python takes for its program; a parameter for tests, as is the next.
        program: What really runs; found out by default.

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
    program = program or running_program()
    if not is_embedded(executable, program):
        return executable
    if script := _launcher(executable, program):
        return str(script)
    raise PlatformError(
        f"no Python interpreter was found beside {program}",
        remedy=f"Set {VARIABLE} to the Python of your Isaac Lab installation.",
    )


def is_embedded(executable: str = sys.executable, program: str = "") -> bool:
    """Return whether Python runs inside another program, as in a binary Isaac Sim, which cannot run `-m MODULE`."""
    names = Path(executable).name, Path(program or running_program()).name
    return not all(name.startswith("python") for name in names)


def find_lerobot_python() -> str:
    """Return the Python of lerobot's own environment, without starting it.

    Raises:
        PlatformError: There is none, or the one that the user names does not exist.
    """
    named = os.environ.get(LEROBOT_VARIABLE, "")
    if named:
        if os.path.isfile(named) and os.access(named, os.X_OK):
            return named
        raise PlatformError(
            "this is not a program that can be started", where=named, remedy=f"Correct {LEROBOT_VARIABLE}."
        )
    ours = _CHECKOUT / _LEROBOT_ENVIRONMENT / "bin" / "python"
    if os.access(ours, os.X_OK):
        return str(ours)
    remedy = (
        f"Install lerobot[training]==0.6.1 in an environment of its own, and name its Python: {LEROBOT_VARIABLE}=PATH"
    )
    if (_CHECKOUT / "mimic.sh").is_file():
        remedy = "./mimic.sh setup lerobot"
    raise PlatformError("lerobot is not installed; it has an environment of its own", remedy=remedy)


def child_environment(
    python: str,
    executable: str = sys.executable,
    program: str = "",
    environment: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return the environment for a process that runs an interpreter; it finds our package there.

    For this process's own interpreter that is this process's environment. Another one, Isaac Sim's `python.sh`
    included, gets nothing that a Kit application has set up for the Python inside it: `PYTHONHOME`, the places of Kit
    and Isaac Sim, and their folders in the search paths. What the user has put there stays.

    Args:
        python: The interpreter, as `find_interpreter` returns it.
        executable: What Python takes for its program; a parameter for tests, as is the next.
        program: What really runs; found out by default.
        environment: What to begin with; `os.environ` by default.
    """
    inherited = dict(os.environ if environment is None else environment)
    program = program or running_program()
    if is_embedded(executable, program) or os.path.abspath(python) != os.path.abspath(executable):
        theirs = _application_folders(executable, program, inherited)
        for name in ("PYTHONHOME", "PYTHONEXECUTABLE", *_FOLDERS):
            inherited.pop(name, None)
        for name in _SEARCH_PATHS:
            # The loader accepts blanks between libraries to preload as well.
            entries = inherited.get(name, "").replace(" ", os.pathsep if name == "LD_PRELOAD" else " ")
            kept = [entry for entry in entries.split(os.pathsep) if entry and not _lies_in(entry, theirs)]
            inherited.pop(name, None)
            if kept:
                inherited[name] = os.pathsep.join(kept)
    # Inside Kit our package is found through the extension's folder, of which a new process knows nothing.
    entries = [_PACKAGE_ROOT, inherited.get("PYTHONPATH", "")]
    inherited["PYTHONPATH"] = os.pathsep.join(entry for entry in entries if entry)
    return inherited


def _launcher(executable: str, program: str) -> Path | None:
    """Return Isaac Sim's own script that starts Python, if the program belongs to an Isaac Sim."""
    name = "python.bat" if os.name == "nt" else "python.sh"
    folders = [folder for path in (program, executable) for folder in Path(path).parents]
    return next((folder / name for folder in folders if (folder / name).is_file()), None)


def _application_folders(executable: str, program: str, environment: Mapping[str, str]) -> list[Path]:
    folders = [Path(environment[name]) for name in _FOLDERS if environment.get(name)]
    if is_embedded(executable, program):
        folders.append(script.parent if (script := _launcher(executable, program)) else Path(program).parent)
    return [folder.resolve() for folder in folders]


def _lies_in(entry: str, folders: list[Path]) -> bool:
    place = Path(entry).resolve()
    return any(place.is_relative_to(folder) for folder in folders)
