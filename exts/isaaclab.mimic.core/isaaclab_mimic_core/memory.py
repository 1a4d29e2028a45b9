# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""How much memory there is for this process, in a container or a job of a cluster too."""

import resource
from collections.abc import Iterator
from pathlib import Path

_CGROUPS = (
    ("memory.max", "memory.current", "inactive_file"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)
"""Files of a control group, version 2 and 1: limit, use, and in `memory.stat` what of the use can be given back."""


def total_memory() -> float:
    """Return the memory of the machine, or what of it this process's control group may use [bytes]."""
    limits = (limit for limit, _ in _cgroup_limits(Path("/")))
    return min((_meminfo("MemTotal"), *limits))


def free_memory() -> float:
    """Return the memory that this process can still allocate [bytes].

    It is the least of what is free in the machine, in the control groups of the process (of a container, a Slurm job or
    a systemd unit) and within its resource limit.
    """
    free = min((_meminfo("MemAvailable"), *(left for _, left in _cgroup_limits(Path("/")))))
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit != resource.RLIM_INFINITY:
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        free = min(free, float(max(0, limit - used)))
    return free


def _meminfo(name: str) -> float:
    stated = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
    return float(stated[name].split()[0]) * 1024


def _cgroup_limits(root: Path) -> Iterator[tuple[float, float]]:
    """Yield limit and rest of each control group with a limit that this process is in [bytes].

    Args:
        root: Of the file system.
    """
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers not in ("", "memory"):
            continue
        # A container sees its own group at the top, and sometimes is told the path that it has outside.
        mount = root / "sys/fs/cgroup" / controllers
        group = mount / path.lstrip("/")
        for folder in (group, *group.parents):
            if not folder.is_relative_to(mount):
                break
            yield from _limit_of(folder)


def _limit_of(group: Path) -> Iterator[tuple[float, float]]:
    for names in _CGROUPS:
        try:
            limit, used = ((group / name).read_text().strip() for name in names[:2])
            stat = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
        except OSError:
            continue
        if limit != "max":
            # The cache of files counts as used, but is given back.
            kept = int(used) - int(stat.get(names[2], 0))
            yield float(limit), float(max(0, int(limit) - kept))
