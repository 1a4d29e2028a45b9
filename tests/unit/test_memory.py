# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The memory that a process may use is that of its container, too."""

from pathlib import Path

import pytest

from isaaclab_mimic_core import memory

GiB = 2**30
SECOND = {"memory.max": str(4 * GiB), "memory.current": str(3 * GiB), "memory.stat": f"anon 1\ninactive_file {GiB}"}
FIRST = {
    "memory.limit_in_bytes": str(2 * GiB),
    "memory.usage_in_bytes": str(GiB),
    "memory.stat": "cache 5\ntotal_inactive_file 0",
}
OPEN = {"memory.max": "max", "memory.current": "5", "memory.stat": "inactive_file 0"}


@pytest.mark.parametrize(
    ("cgroup", "groups", "limits"),
    [
        ("0::/user/job", {"user/job": SECOND, "user": OPEN}, [(4 * GiB, 2 * GiB)]),
        ("0::/user/job", {"user/job": OPEN, "user": SECOND}, [(4 * GiB, 2 * GiB)]),
        ("0::/\n", {"": SECOND}, [(4 * GiB, 2 * GiB)]),
        ("3:cpu:/a\n4:memory:/docker/1\n0::/", {"memory": FIRST}, [(2 * GiB, GiB)]),
        ("4:memory:/slurm/job", {"memory/slurm/job": FIRST, "memory": {}}, [(2 * GiB, GiB)]),
        ("0::/", {"": {}}, []),
    ],
    ids=["its own group", "the group above", "a container", "a container's path outside", "version 1", "no limit"],
)
def test_the_limits_of_control_groups(cgroup: str, groups: dict, limits: list, tmp_path: Path):
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_text(cgroup)
    for group, files in groups.items():
        folder = tmp_path / "sys/fs/cgroup" / group
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_text(content)
    assert list(memory._cgroup_limits(tmp_path)) == limits


def test_a_system_without_control_groups(tmp_path):
    assert list(memory._cgroup_limits(tmp_path)) == []


def test_what_is_free_is_less_than_all():
    assert 0 < memory.free_memory() < memory.total_memory()
