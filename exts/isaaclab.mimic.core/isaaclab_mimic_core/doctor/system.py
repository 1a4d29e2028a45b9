# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The machine itself: Python, platform, processor, folders."""

import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ..finding import Finding
from ..memory import free_memory, total_memory
from .machine import Machine

_GLIBC = (2, 35)
_LEAST_DISK = 1e9
"""Free space below which a run probably fills the disk [bytes]."""


def check_python(machine: Machine) -> Iterator[Finding]:
    """Compare Python's version with the only one that isaaclab 3.0.0 is built for."""
    version = platform.python_version()
    if machine.python == (3, 12):
        yield Finding("Python", "ok", f"{version} ({sys.executable})")
    else:
        yield Finding("Python", "problem", f"{version} found, 3.12 needed", "MIMIC_PYTHON=PATH ./mimic.sh setup")
    if machine.environment.get("PYTHONDONTWRITEBYTECODE"):
        yield Finding(
            "Python",
            "note",
            "PYTHONDONTWRITEBYTECODE is set: every start compiles Isaac Lab's modules again",
            "Unset it, or start with ./mimic.sh, which keeps them in .venv.",
        )


def check_platform(machine: Machine) -> Iterator[Finding]:
    """Check operating system, processor and C library."""
    system, architecture = machine.system, machine.architecture
    name = platform.freedesktop_os_release().get("PRETTY_NAME", system) if system == "Linux" else system
    if (system, architecture) != ("Linux", "x86_64"):
        yield Finding(
            "platform", "problem", f"{name} on {architecture}", "Use Linux on x86-64; nothing else is supported."
        )
        return
    library, version = machine.libc
    if library == "glibc" and tuple(int(part) for part in version.split(".")[:2]) >= _GLIBC:
        yield Finding("platform", "ok", f"{name}, {architecture}, glibc {version}")
    else:
        found = f"{library} {version}".strip() or "another C library than glibc"
        yield Finding(
            "platform", "problem", f"{name}, {architecture}, {found}", "Use a system with glibc 2.35 or newer."
        )


def check_cpu(machine: Machine) -> Iterator[Finding]:
    """Count processor cores and memory."""
    cores = len(os.sched_getaffinity(0))
    total, free = total_memory() / 1e9, free_memory() / 1e9
    yield Finding("CPU", "ok", f"{cores} core{'s' if cores > 1 else ''}, {total:.0f} GB memory, {free:.0f} GB free")


def check_cache(machine: Machine) -> Iterator[Finding]:
    """Check that the cache folder can be written."""
    root = machine.cache
    if reason := _why_not_writable(root):
        yield Finding("cache folder", "problem", f"{root}: {reason}", "Set MIMIC_CACHE to a folder of yours.")
    else:
        yield Finding("cache folder", "ok", f"{root}, writable")


def check_disk(machine: Machine) -> Iterator[Finding]:
    """Check the free space of the current folder, where runs write by default."""
    free = machine.free_disk
    text = f"{free / 1e9:.1f} GB free in {Path.cwd()}"
    if free < _LEAST_DISK:
        yield Finding("disk", "problem", text, "Free some, or write to another disk with --output.")
    else:
        yield Finding("disk", "ok", text)


def _why_not_writable(folder: Path) -> str:
    """Return why nothing can be written in a folder, whether it exists or not; empty if it can be written."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        # Try to write: permissions do not cover read-only disks, and do not apply to root.
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return error.strerror or str(error)
