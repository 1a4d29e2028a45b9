# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""After `kill -9` in the middle of an edit nothing is lost: neither what was reported saved nor the file edited."""

import random
import time

import pytest

from isaaclab_mimic_core.datasets import DatasetReader
from isaaclab_mimic_core.datasets.edit import drop


@pytest.mark.parametrize("moment", range(2))
def test_killed_while_merging(make_file, make_episode, assert_same, run_python, tmp_path, moment):
    first, second = make_file(40, "a.hdf5"), make_file(40, "b.hdf5")
    before = first.read_bytes(), second.read_bytes()
    output = tmp_path / "c.hdf5"
    process = run_python("edit_until_killed.py", "merge", first, second, output)
    reported = [process.stdout.readline().strip()]
    time.sleep(0.03 * moment)
    process.kill()
    reported += process.stdout.read().split()
    process.wait()
    assert process.stderr.read() == "" and 1 <= len(reported) < 80
    with DatasetReader(output) as reader:
        assert set(reported) <= set(reader.episode_names)
        for number, name in enumerate(reader.episode_names):
            assert_same(reader.read(name), make_episode(30 + number % 40, number % 40))
    assert (first.read_bytes(), second.read_bytes()) == before


def test_killed_while_editing_in_place(make_file, make_episode, assert_same, run_python):
    path = make_file(30)
    rng = random.Random(1)
    dropped = 0
    for _ in range(3):
        process = run_python("edit_until_killed.py", "drop", path)
        assert process.stdout.readline() == "dropped\n"
        time.sleep(rng.uniform(0.0, 0.1))
        process.kill()
        reported = 1 + len(process.stdout.read().split())
        process.wait()
        with DatasetReader(path) as reader:
            now = 30 - len(reader)
            # The last replacement may have happened without having been reported.
            assert dropped + reported <= now <= dropped + reported + 1
            assert_same(reader.read("demo_0"), make_episode(30 + now, now))
            assert_same(reader.read(reader.episode_names[-1]), make_episode(59, 29))
        dropped = now
    drop(path, ["demo_0"], in_place=True)
    assert [file.name for file in path.parent.iterdir()] == ["demos.hdf5"]
