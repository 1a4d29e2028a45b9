# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A full disk ends in one message and an intact file. HDF5 itself may crash the process when writing fails."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import LONG

import isaaclab_mimic_core
from isaaclab_mimic_core.datasets import DatasetReader

_MESSAGE = "no space is left to write it"


@pytest.mark.parametrize("waiting", [1, 100], ids=["one waits", "a hundred wait"])
def test_files_limited_in_size(tmp_path, run_python, waiting):
    path = tmp_path / "demos.hdf5"
    process = run_python("write_until_full.py", path, 3_000_000, waiting)
    out, err = process.communicate(timeout=LONG)
    assert process.returncode == 2, err
    assert _MESSAGE in err and len(err.splitlines()) == 2
    with DatasetReader(path) as reader:
        assert reader.episode_names == out.split() and len(reader) >= 5
        assert all(len(episode.data) == 9 for episode in reader.episodes())
    assert [entry.name for entry in tmp_path.iterdir()] == ["demos.hdf5"]


def test_a_disk_that_is_full(tmp_path):
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-Urm", "true"], capture_output=True).returncode:
        pytest.skip("this machine does not let its users mount a small disk")
    disk, kept = tmp_path / "disk", tmp_path / "kept"
    disk.mkdir()
    kept.mkdir()
    program = Path(__file__).parent / "write_until_full.py"
    script = f"""
        mount -t tmpfs -o size=6m none {disk} || exit 99
        PYTHONPATH={Path(isaaclab_mimic_core.__file__).parents[1]} {sys.executable} {program} {disk}/demos.hdf5 0 1
        code=$?
        cp -a {disk}/. {kept}
        exit $code"""
    result = subprocess.run(["unshare", "-Urm", "sh", "-c", script], capture_output=True, text=True, timeout=LONG)
    if result.returncode == 99:
        pytest.skip("this machine does not let its users mount a small disk")
    assert result.returncode == 2 and _MESSAGE in result.stderr, result.stderr
    with DatasetReader(kept / "demos.hdf5") as reader:
        assert reader.episode_names == result.stdout.split() and len(reader) >= 5
        assert all(len(episode.data) == 9 for episode in reader.episodes())
    assert [entry.name for entry in kept.iterdir()] == ["demos.hdf5"]
