# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""`mimic generate` onto a disk that gets full: what was reported saved is there, and the reason is told in a line."""

import json
import shutil
import subprocess
import sys

import pytest
from waiting import LONG

from isaaclab_mimic_core.datasets import DatasetReader
from isaaclab_mimic_core.datasets.check import check_file

pytestmark = pytest.mark.sim

SIZE = "4m"
"""Of the disk: a few demonstrations, two copies of the file, and room for the next one uncompressed."""
CANNOT = 99


def test_what_was_saved_before_the_disk_was_full_is_whole(annotated, start_python, tmp_path):
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-Urm", "true"], capture_output=True).returncode:
        pytest.skip("this machine does not let its users mount a small disk")
    disk, kept = tmp_path / "disk", tmp_path / "kept"
    disk.mkdir()
    kept.mkdir()
    arguments = ("--input", annotated.path, "--output", disk / "generated.hdf5", "--num-demos", 100, "--num-envs", 8)
    command = ("-m", "isaaclab_mimic_core", "generate", *arguments, "--device", "cpu", "--assets", "local", "--json")
    # Only this process and its children see the disk; what is on it is copied before it goes with them.
    script = f"""
        mount -t tmpfs -o size={SIZE} none "{disk}" || exit {CANNOT}
        "$@"
        code=$?
        cp -a "{disk}/." "{kept}"
        exit $code"""
    process = start_python("-c", _EXEC, "unshare", "-Urm", "sh", "-c", script, "sh", sys.executable, *command)
    out, err = process.communicate(timeout=LONG)
    if process.returncode == CANNOT:
        pytest.skip(f"this machine does not let its users mount a small disk: {err.strip()}")
    events = [json.loads(line) for line in out.splitlines()]
    saved = [event for event in events if event["event"] == "DemoSaved"]
    assert process.returncode == 2 and events[-1]["event"] == "StageFailed", err
    # With --json the libraries' own words go to standard error, too.
    told = err[err.index("mimic generate: ") :].splitlines()
    assert "generated.hdf5: no space is left to write it" in told[0] and len(told) <= 2, told
    with DatasetReader(kept / "generated.hdf5") as reader:
        assert reader.episode_names == [event["name"] for event in saved] and len(saved) >= 2
        lengths = [episode.num_samples for episode in reader.episodes()]
        assert lengths == [event["steps"] for event in saved]
    assert check_file(kept / "generated.hdf5").count("error") == 0
    assert [entry.name for entry in kept.iterdir() if entry.name.startswith(".")] == []


_EXEC = "import os, sys; os.execvp(sys.argv[1], sys.argv[1:])"
"""`start_python` starts Python: it becomes another program."""
