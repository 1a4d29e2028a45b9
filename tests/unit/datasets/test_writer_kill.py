# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""After `kill -9` at any moment each episode reported as saved is in the file, whole."""

import importlib.util
import random
import time
from pathlib import Path

import h5py
import numpy as np
import pytest
from waiting import LONG

from isaaclab_mimic_core.datasets import DatasetReader

_spec = importlib.util.spec_from_file_location("write_until_killed", Path(__file__).parent / "write_until_killed.py")
program = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(program)


def check(path: Path, reported: list[str], known: int = 0) -> int:
    """Check that the file is whole and holds what was reported.

    Args:
        path: The file.
        reported: Names of demos that were reported as saved.
        known: Demos whose contents were compared before.

    Returns:
        How many demos the file holds.
    """
    if not path.exists():
        assert not reported and not known
        return 0
    with h5py.File(path) as file:
        assert file["data"].attrs["total"] == sum(len(demo["actions"]) for demo in file["data"].values())
    with DatasetReader(path) as reader:
        assert set(reported) <= set(reader.episode_names)
        assert reader.episode_names == [f"demo_{i}" for i in range(len(reader))]
        for number in range(known, len(reader)):
            episode = reader.read(f"demo_{number}")
            assert episode.attrs["mimic"] == {"number": number}
            for name, values in program.content(number).items():
                np.testing.assert_array_equal(episode.data[name], values)
        return len(reader)


def test_killed_at_random_moments(tmp_path, run_python):
    path = tmp_path / "demos.hdf5"
    rng = random.Random(0)
    reported: list[str] = []
    count = 0
    for _ in range(8):
        process = run_python("write_until_killed.py", path)
        first = process.stdout.readline()
        time.sleep(rng.uniform(0.0, 0.15))
        process.kill()
        # Not `communicate`, which would leave out what `readline` has read ahead.
        new = (first + process.stdout.read()).split()
        assert process.stderr.read() == ""
        process.wait()
        reported += new
        before, count = count, check(path, reported, count)
        # At most one commit was in the file already and not reported yet.
        assert before + len(new) <= count <= before + len(new) + 3
    check(path, reported)
    assert len(reported) >= 16


@pytest.mark.parametrize(
    "moment",
    [
        "reserve:before",
        "reserve:after",
        "write_episode:before",
        "write_episode:after",
        "exchange:before",
        "exchange:after",
        "rename_new:before",
        "rename_new:after",
    ],
)
def test_killed_at_chosen_moments(tmp_path, run_python, moment):
    path = tmp_path / "demos.hdf5"
    process = run_python("write_until_killed.py", path, moment)
    out, err = process.communicate(timeout=LONG)
    assert process.returncode == -9 and err == ""
    check(path, out.split())


def test_killed_while_a_shadow_is_being_made(tmp_path, run_python):
    """The leftovers of one run do not stop the next."""
    path = tmp_path / "demos.hdf5"
    process = run_python("write_until_killed.py", path, "exchange:before")
    process.communicate(timeout=LONG)
    assert (path.parent / ".demos.hdf5.shadow").exists()
    process = run_python("write_until_killed.py", path)
    assert process.stdout.readline()
    process.kill()
    process.communicate(timeout=LONG)
    assert check(path, []) > 0
