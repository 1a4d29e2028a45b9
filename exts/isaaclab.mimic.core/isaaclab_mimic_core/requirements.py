# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Which Python packages are needed for what, and how each is installed where it is missing.

Isaac Lab's own installation (`isaaclab[isaacsim]`) brings the first ones only. The versions are those of
`pyproject.toml`; they stand here as well, for a Kit that got the extensions from a registry knows no other place.
"""

import importlib.util
import shlex
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from .errors import PlatformError
from .interpreter import find_interpreter, is_embedded

SIMULATION = "simulating"
PHYSX = "physics without Isaac Sim"
COMMANDS = "the command line and the Dataset panel"
ROBOTS = "robots converted on this machine"
HUMANOIDS = "the humanoid GR1T2 without NVIDIA's cloud"
G1 = "the humanoid G1 without NVIDIA's cloud"
WALKING = "walking with the humanoid G1"
BROWSER_VIEW = "the live view in a browser"
REPORTS = "reports"
VIDEOS = "videos"
SPACEMOUSE = "driving with a SpaceMouse"
KINEMATICS = "mimic convert, and the inverse kinematics of humanoids"
CAMERAS = "cameras without Isaac Sim"
POLICIES = "training and playing policies"
RERUN = "mimic export --format rerun"
CLUSTER = "several workers"
XR = "driving with a headset"
DESKTOP = "the window without Isaac Sim"
PACKAGING = "mimic package"


@dataclass(frozen=True)
class Package:
    """A distribution, and what needs it."""

    name: str
    purpose: str
    requirement: str
    """What pip is asked for; another distribution's, where that brings this one in the right version."""
    module: str
    """The module that is looked for; empty to look for the distribution itself: others have a module of that name."""
    extra: str = ""
    """The extra of ours that brings it; empty if it always comes with us."""
    alone: tuple[str, ...] | None = None
    """Installed without dependencies, together with these: it asks for others than Isaac Lab does. None: with them."""


_ISAACLAB = "isaaclab==3.0.0"

PACKAGES = (
    Package("isaaclab", SIMULATION, _ISAACLAB, "isaaclab"),
    Package("torch", SIMULATION, _ISAACLAB, "torch"),
    Package("warp-lang", SIMULATION, _ISAACLAB, "warp"),
    Package("newton", SIMULATION, _ISAACLAB, "newton"),
    Package("h5py", SIMULATION, "h5py==3.16.0", "h5py"),
    Package("ovphysx", PHYSX, "ovphysx==0.6.4.72118723", "ovphysx"),
    Package("ovstage", PHYSX, "ovstage==0.2.1.385922", ""),
    Package("tyro", COMMANDS, "tyro==1.0.17", "tyro"),
    Package("rich", COMMANDS, "rich==14.3.4", "rich"),
    Package("docstring-parser", COMMANDS, "docstring_parser==0.18.0", "docstring_parser"),
    Package(
        "isaacsim-asset-isolated",
        ROBOTS,
        "isaacsim-asset-isolated==6.2.0.0",
        "",
        alone=(
            "isaacsim-robot-schema==6.2.0.0",
            "usd-optimize==1.1.0",
            "usd-validation-nvidia==1.22.0",
            "urdf-usd-converter==0.3.2",
            "mujoco-usd-converter==0.6.1",
            "tinyobjloader==2.0.0rc13",
            "numpy-stl==4.1.1",
            "python-utils==4.2.0",
        ),
    ),
    Package(
        "fourier-robot-descriptions",
        HUMANOIDS,
        "fourier-robot-descriptions==0.2.7",
        "fourier_robot_descriptions",
        "humanoid",
    ),
    Package("holosoma", G1, "holosoma==0.0.3", "holosoma", "g1", alone=()),
    Package("holosoma-inference", WALKING, "holosoma-inference==0.1.3", "holosoma_inference", "g1-walking", alone=()),
    Package("onnx", WALKING, "onnx==1.23.2", "onnx"),
    Package("viser", BROWSER_VIEW, "viser==1.1.1", "viser"),
    Package("matplotlib", REPORTS, "matplotlib==3.11.2", "matplotlib"),
    Package("jinja2", REPORTS, "jinja2==3.1.6", "jinja2"),
    Package("imageio-ffmpeg", VIDEOS, "imageio-ffmpeg==0.8.1", "imageio_ffmpeg"),
    Package("pillow", VIDEOS, "pillow==13.0.0", "PIL"),
    Package("pyspacemouse", SPACEMOUSE, "pyspacemouse==2.1.0", "pyspacemouse"),
    Package("hidapi", SPACEMOUSE, "hidapi==0.15.0", "hidraw"),
    Package("pin", KINEMATICS, "pin==4.1.0", "pinocchio"),
    Package("fast-simplification", CAMERAS, "fast-simplification==0.2.0", "fast_simplification"),
    Package("robomimic", POLICIES, "robomimic==0.3.0", "robomimic", "learning"),
    Package("rerun-sdk", RERUN, "rerun-sdk==0.41.0", "rerun", "rerun"),
    Package("ray", CLUSTER, "ray==2.52.1", "ray", "cluster"),
    Package("isaacteleop", XR, "isaacteleop[cloudxr,retargeters-lite]==1.4.145", "isaacteleop", "xr"),
    Package("ovui", DESKTOP, "ovui==0.1.1", "", "ui"),
    Package("omniverse-kit", PACKAGING, "omniverse-kit==110.4.0.386251", "", "dev"),
)


def is_there(package: Package) -> bool:
    """Return whether a package is installed, without importing it."""
    if package.module:
        try:
            return importlib.util.find_spec(package.module) is not None
        except ValueError:  # a module that is in memory, and says nothing about where it came from
            return True
    try:
        metadata.distribution(package.name)
    except metadata.PackageNotFoundError:
        return False
    return True


def lacking(*purposes: str) -> list[Package]:
    """Return the packages for some purposes that are not installed; for all of them by default."""
    return [package for package in PACKAGES if package.purpose in (purposes or _PURPOSES) and not is_there(package)]


def how_to_install(packages: Iterable[Package], python: str = "") -> str:
    """Return the command that installs packages for the Python that runs our processes.

    That is `./mimic.sh setup` where it made that Python's environment, which has no pip, and pip otherwise: in a binary
    Isaac Sim through its `python.sh`.

    Args:
        packages: What is missing, at least one.
        python: The interpreter to install for; empty for the one that is used here.
    """
    packages = list(packages)
    if not python:
        if _made_by_our_launcher():
            # It installs one extra at a time, each with all that is always needed.
            extras = dict.fromkeys(package.extra for package in packages if package.extra) or [""]
            return " && ".join(f"./mimic.sh setup {extra}".strip() for extra in extras)
        python = _our_python()
    commands = []
    if together := dict.fromkeys(package.requirement for package in packages if package.alone is None):
        commands.append(shlex.join([python, "-m", "pip", "install", *together]))
    parts = [(package.requirement, *package.alone) for package in packages if package.alone is not None]
    if alone := dict.fromkeys(name for names in parts for name in names):
        commands.append(shlex.join([python, "-m", "pip", "install", "--no-deps", *alone]))
    return " && ".join(commands)


def requirement_for(purpose: str) -> str:
    """Return what pip is asked for, for a purpose that needs one package."""
    (package,) = [package for package in PACKAGES if package.purpose == purpose]
    return package.requirement


def how_to_reinstall(name: str) -> str:
    """Return the command that installs one package anew, in our version: its files are damaged, or of another one.

    Args:
        name: A package in this table, of an extra.
    """
    package = next(package for package in PACKAGES if package.name == name)
    if _made_by_our_launcher():
        return f"./mimic.sh setup {package.extra} --reinstall-package {name}"
    return shlex.join([_our_python(), "-m", "pip", "install", "--no-deps", "--force-reinstall", package.requirement])


def how_to_get(purpose: str) -> str:
    """Return the command that installs all that is missing for a purpose, or all that it needs if nothing is."""
    return how_to_install(lacking(purpose) or [package for package in PACKAGES if package.purpose == purpose])


def require(purpose: str, where: str | None = None) -> None:
    """See to it that everything a purpose needs is installed.

    Args:
        purpose: One of the purposes above.
        where: The option that asks for it.

    Raises:
        PlatformError: Something is missing; says what, and how to install it.
    """
    if missing := lacking(purpose):
        raise _shortage(missing, where)


def explain(error: ImportError) -> PlatformError | None:
    """Return what to say where an import has failed, if that is for want of a package in this table."""
    top = (error.name or "").partition(".")[0]
    purpose = next((each.purpose for each in PACKAGES if each.module == top and not is_there(each)), "")
    return _shortage(lacking(purpose)) if purpose else None


def in_words(packages: list[Package]) -> str:
    """Return the names of packages as the subject of a sentence, with its verb."""
    names = [package.name for package in packages]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{listed} {'is' if len(names) == 1 else 'are'}"


def _shortage(missing: list[Package], where: str | None = None) -> PlatformError:
    """Say that packages for one purpose are missing."""
    return PlatformError(
        f"{in_words(missing)} not installed, needed for {missing[0].purpose}",
        where=where,
        remedy=how_to_install(missing),
    )


_PURPOSES = tuple(dict.fromkeys(package.purpose for package in PACKAGES))


def _our_python() -> str:
    try:
        return find_interpreter()
    except PlatformError:
        return "python"


def _made_by_our_launcher() -> bool:
    checkout = Path(__file__).resolve().parents[3]
    environment = Path(sys.executable).parent.parent
    ours = (checkout / "mimic.sh").is_file() and environment.resolve() == (checkout / ".venv").resolve()
    return ours and not is_embedded()
