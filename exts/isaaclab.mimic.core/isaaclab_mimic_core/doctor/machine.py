# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The facts of a machine, read once, for the doctor's checks."""

import ctypes
import os
import platform
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from ..requirements import PACKAGES, is_there
from ..sim.assets import cache_root
from ..sim.host import inside_isaac_sim, isaac_sim_is_here

DISTRIBUTION = "isaaclab-mimic-kit"
"""Our own package, as pip knows it."""
CUDA, VULKAN = "libcuda.so.1", "libvulkan.so.1"
LICENCE_VARIABLE = "OMNI_KIT_ACCEPT_EULA"

_DRIVER_VERSION = Path("/proc/driver/nvidia/version")
_YES = ("y", "yes", "1")


@dataclass(frozen=True)
class Machine:
    """Facts of a machine and of the running Python; `here` reads those of this machine."""

    python: tuple[int, int] = (3, 12)
    """Version of Python."""
    system: str = "Linux"
    architecture: str = "x86_64"
    libc: tuple[str, str] = ("glibc", "2.39")
    """Name and version of the C library; empty if it is not known."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Environment variables."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Versions of the distributions in `requirements.PACKAGES`; those that are not installed are missing."""
    requirements: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Requirements of our own distribution and of isaaclab; a distribution that is not installed is missing."""
    importable: frozenset[str] = frozenset()
    """Names of the packages in `requirements.PACKAGES` that can be imported, with or without a version."""
    libraries: frozenset[str] = frozenset()
    """Which of `CUDA` and `VULKAN` can be loaded."""
    kernel_driver: str = ""
    """The kernel's description of NVIDIA's driver; empty if it has none."""
    licence_answered: bool = False
    """Whether NVIDIA's licence was accepted in Kit's own prompt."""
    isaac_sim_is_here: bool = False
    """Whether this Python belongs to an Isaac Sim."""
    inside_isaac_sim: bool = False
    """Whether this process is a running Isaac Sim."""
    cache: Path = Path()
    """Folder of assets that are built once."""
    free_disk: float = 0.0
    """Free space in the current folder [bytes]."""

    @classmethod
    def here(cls) -> "Machine":
        """Read the facts of this machine; never raises, changes nothing, imports neither torch nor Isaac Lab."""
        names = (DISTRIBUTION, "isaaclab")
        return cls(
            python=sys.version_info[:2],
            system=platform.system(),
            architecture=platform.machine(),
            libc=platform.libc_ver(),
            environment=dict(os.environ),
            versions={package.name: found for package in PACKAGES if (found := _version(package.name))},
            requirements={name: found for name in names if (found := _requirements(name)) is not None},
            importable=frozenset(package.name for package in PACKAGES if is_there(package)),
            libraries=frozenset(name for name in (CUDA, VULKAN) if _can_be_loaded(name)),
            kernel_driver=_tried(_DRIVER_VERSION.read_text, ""),
            licence_answered=_licence_answered(),
            isaac_sim_is_here=isaac_sim_is_here(),
            inside_isaac_sim=inside_isaac_sim(),
            cache=_tried(cache_root, Path("/")),
            free_disk=_tried(lambda: float(shutil.disk_usage(".").free), 0.0),
        )

    @property
    def licence_accepted(self) -> bool:
        """Whether Kit would start without asking for NVIDIA's licence."""
        return self.licence_variable_set or self.licence_answered

    @property
    def licence_variable_set(self) -> bool:
        """Whether the environment says that the licence is accepted, as Kit reads it."""
        return self.environment.get(LICENCE_VARIABLE, "").lower() in _YES


def _tried[T](read: Callable[[], T], otherwise: T) -> T:
    """Return what a function reads, or `otherwise` if the system raises an error, as for a missing home folder."""
    try:
        return read()
    except (OSError, RuntimeError):
        return otherwise


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


def _requirements(distribution: str) -> list[str] | None:
    try:
        return metadata.requires(distribution) or []
    except metadata.PackageNotFoundError:
        return None


def _can_be_loaded(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _licence_answered() -> bool:
    try:
        answer = Path(str(metadata.distribution("omniverse-kit").locate_file("omni/EULA_ACCEPTED")))
        return answer.read_text().strip().lower() in _YES
    except (metadata.PackageNotFoundError, OSError):
        return False
