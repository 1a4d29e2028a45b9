# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Compare the installed packages' versions with those that our own distribution requires."""

import re
from collections.abc import Iterator

from ..errors import PlatformError
from ..finding import Finding
from ..interpreter import find_lerobot_python
from ..requirements import COMMANDS, PACKAGES, PHYSX, SIMULATION, Package, how_to_install
from ..version import __version__
from .machine import DISTRIBUTION, Machine

_ESSENTIAL = (SIMULATION, COMMANDS)

_REQUIREMENT = re.compile(r"\s*(?P<name>[\w.-]+)\s*(\[[^]]*\])?\s*==\s*(?P<version>[\w.+!-]+)\s*(;|$)")
_EXTRA = re.compile(r"extra\s*==")


def check_packages(machine: Machine) -> Iterator[Finding]:
    """Compare the versions of the packages that matter."""
    wanted = _wanted(machine)
    if wanted is None:
        yield Finding(
            "mimic",
            "note",
            f"{__version__}, not installed as a package: nothing says which versions are wanted",
            "Compare with docs/install.md.",
        )
    else:
        yield Finding("mimic", "ok", __version__)
    for package in PACKAGES:
        yield _compare(machine, package, (wanted or {}).get(package.name, ""))


def check_lerobot(machine: Machine) -> Iterator[Finding]:
    """Look for the Python of lerobot's own environment; it is not started."""
    try:
        yield Finding("lerobot", "ok", f"{find_lerobot_python()} (LeRobot datasets)")
    except PlatformError as error:
        yield Finding("lerobot", "note", f"{error.what} (LeRobot datasets)", error.remedy or "")


def _compare(machine: Machine, package: Package, wanted: str) -> Finding:
    remedy = how_to_install([package])
    # Isaac Sim has physics of its own.
    essential = package.purpose in _ESSENTIAL or (package.purpose == PHYSX and not machine.isaac_sim_is_here)
    level = "problem" if essential else "note"
    purpose = f"({package.purpose})"
    found = machine.versions.get(package.name)
    if found is None:
        if package.name in machine.importable:
            return Finding(package.name, "ok", f"there, without saying its version {purpose}")
        return Finding(package.name, level, f"not installed {purpose}", remedy)
    # A local version such as 2.11.0+cpu is another build of the same release.
    if wanted and found.partition("+")[0] != wanted.partition("+")[0]:
        return Finding(package.name, level, f"{found} found, {wanted} wanted {purpose}", remedy)
    return Finding(package.name, "ok", f"{found} {purpose}")


def _wanted(machine: Machine) -> dict[str, str] | None:
    """Return the pinned version of each distribution that we or isaaclab require.

    None if we are not installed as a distribution, as in a Kit that got the extensions from a registry.
    """
    ours = machine.requirements.get(DISTRIBUTION)
    if ours is None:
        return None
    wanted: dict[str, str] = {}
    # isaaclab's own extras are not ours to install.
    theirs = [each for each in machine.requirements.get("isaaclab", ()) if not _EXTRA.search(each)]
    for requirement in [*ours, *theirs]:
        if pinned := _REQUIREMENT.match(requirement):
            name = re.sub(r"[-_.]+", "-", pinned["name"]).lower()
            wanted.setdefault(name, pinned["version"])
    return wanted
