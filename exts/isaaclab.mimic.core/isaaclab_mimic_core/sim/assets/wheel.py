# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Get the files of a wheel from a package index, where it is not installed."""

import importlib.util
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from ...errors import PlatformError
from ...interpreter import child_environment, find_interpreter


def wheel_folder(requirement: str, temporary: Path) -> Path:
    """Return the folder that a wheel's files are in: where it is installed, else where it is fetched to.

    Args:
        requirement: The wheel and its version, such as `name==1.0`; another version that is installed does not count.
        temporary: Receives what is fetched.

    Raises:
        PlatformError: As for `fetch_wheel`.
    """
    name, _, version = requirement.partition("==")
    try:
        installed = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        installed = None
    if installed is not None and installed.version == version:
        return Path(str(installed.locate_file("")))
    fetch_wheel(requirement, temporary)
    return temporary


def fetch_wheel(requirement: str, folder: Path) -> None:
    """Install a wheel into a folder of its own, without its dependencies.

    Args:
        requirement: The wheel, such as `name==1.0`.
        folder: Receives its contents.

    Raises:
        PlatformError: The package index cannot be reached, or nothing is here that could fetch from it.
    """
    python = find_interpreter()
    another = python != sys.executable
    # uv runs the interpreter, and cannot parse the output of Isaac Sim's python.sh.
    if (uv := shutil.which("uv")) and not another:
        command = [uv, "pip", "install", "--quiet", "--python", python]
    elif another or importlib.util.find_spec("pip"):
        command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    elif importlib.util.find_spec("uv"):
        command = [python, "-m", "uv", "pip", "install", "--quiet", "--python", python]
    else:
        raise PlatformError(
            "neither uv nor pip is here to fetch the robot's description", remedy=f"Install one: {python} -m ensurepip"
        )
    command += ["--no-deps", "--target", str(folder), requirement]
    result = subprocess.run(command, env=child_environment(python), capture_output=True, text=True)
    if result.returncode:
        last = (result.stderr.strip().splitlines() or ["no message"])[-1]
        raise PlatformError(
            f"the robot's description could not be fetched: {last}",
            where=requirement,
            remedy="Check the network and run the command again; nothing else is lost.",
        )
