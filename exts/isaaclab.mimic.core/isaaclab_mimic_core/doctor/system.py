# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The machine itself: Python, platform, processor, folders."""

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ..finding import Finding
from ..sim.assets import cache_root

_GLIBC = (2, 35)
_LEAST_DISK = 1e9
"""Free bytes below which a run is likely to end for want of space."""


def check_python() -> Iterator[Finding]:
    version = platform.python_version()
    if sys.version_info[:2] == (3, 12):
        yield Finding("Python", "ok", f"{version} ({sys.executable})")
    else:
        yield Finding("Python", "problem", f"{version} found, 3.12 needed", "MIMIC_PYTHON=PATH ./mimic.sh setup")


def check_platform() -> Iterator[Finding]:
    system, machine = platform.system(), platform.machine()
    name = platform.freedesktop_os_release().get("PRETTY_NAME", system) if system == "Linux" else system
    if (system, machine) != ("Linux", "x86_64"):
        yield Finding("platform", "problem", f"{name} on {machine}", "Use Linux on x86-64; nothing else is supported.")
        return
    library, version = platform.libc_ver()
    if library == "glibc" and tuple(int(part) for part in version.split(".")[:2]) >= _GLIBC:
        yield Finding("platform", "ok", f"{name}, {machine}, glibc {version}")
    else:
        found = f"{library} {version}".strip() or "another C library than glibc"
        yield Finding("platform", "problem", f"{name}, {machine}, {found}", "Use a system with glibc 2.35 or newer.")


def check_cpu() -> Iterator[Finding]:
    cores = len(os.sched_getaffinity(0))
    memory = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    total, free = (int(memory[name].split()[0]) * 1024 / 1e9 for name in ("MemTotal", "MemAvailable"))
    yield Finding("CPU", "ok", f"{cores} core{'s' if cores > 1 else ''}, {total:.0f} GB memory, {free:.0f} GB free")


def check_cache() -> Iterator[Finding]:
    root = cache_root()
    if reason := _why_not_writable(root):
        yield Finding("cache folder", "problem", f"{root}: {reason}", "Set MIMIC_CACHE to a folder of yours.")
    else:
        yield Finding("cache folder", "ok", f"{root}, writable")


def check_disk() -> Iterator[Finding]:
    free = shutil.disk_usage(".").free
    text = f"{free / 1e9:.1f} GB free in {Path.cwd()}"
    if free < _LEAST_DISK:
        yield Finding("disk", "problem", text, "Free some, or write to another disk with --output.")
    else:
        yield Finding("disk", "ok", text)


def _why_not_writable(folder: Path) -> str:
    """Return why nothing can be written in a folder, which may still have to be made; empty if it can."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        # Tried rather than asked: permissions do not tell of read-only disks, and nothing stops root.
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return error.strerror or str(error)
