# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""check, merge, select, drop, convert and export as commands: answers, files, exit status."""

import json
from pathlib import Path

import h5py
import pytest

from isaaclab_mimic_core.datasets import DatasetReader

pytestmark = pytest.mark.e2e

SAMPLE = Path(__file__).parents[2] / "data" / "franka_stack" / "demos.hdf5"
TASK = "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0"


@pytest.fixture
def spoiled(tmp_path) -> Path:
    """The sample with a cube that jumps in demo_3, and demo_5 not successful."""
    path = tmp_path / "spoiled.hdf5"
    path.write_bytes(SAMPLE.read_bytes())
    with h5py.File(path, "r+") as file:
        pose = file["data/demo_3/states/rigid_object/cube_2/root_pose"]
        pose[100:, 0] += 0.2
        file["data/demo_5"].attrs["success"] = False
    return path


def events(answer) -> list[dict]:
    return [json.loads(line) for line in answer.out.splitlines()]


def test_check_answers_by_its_exit_status(mimic, spoiled, tmp_path):
    good = mimic("check", SAMPLE)
    assert (good.code, good.err) == (0, "") and "10 demonstrations, 0 errors, 0 warnings, 0 hints" in good.out
    bad = mimic("check", spoiled)
    assert bad.code == 1 and "error   demo_3    jump: cube_2 jumps by 0.193 m at sample 100" in bad.out
    found = json.loads(mimic("check", spoiled, "--json").out)
    assert found["counts"] == {"error": 1, "warning": 1, "hint": 0}
    assert [(finding["demo"], finding["check"]) for finding in found["findings"]] == [
        ("demo_3", "jump"),
        ("demo_5", "failed"),
    ]
    assert found["findings"][0]["limit"] == 0.15 and found["findings"][0]["value"] > 0.19
    assert mimic("check", spoiled, "--max-position-jump", 1).code == 0
    assert mimic("check", spoiled, "--demos", "0-2").code == 0
    assert mimic("check", tmp_path / "none.hdf5").code == 2


def test_edits_follow_each_other(mimic, spoiled, tmp_path):
    clean, both, few = (tmp_path / name for name in ("clean.hdf5", "both.hdf5", "few.hdf5"))
    answer = mimic("drop", spoiled, "--findings", "error", "failed", "--output", clean)
    # demo_3 has an error and demo_5 the finding `failed`.
    assert answer.code == 0 and "8 demonstrations, 2 left out" in answer.out and answer.out.endswith(f"{clean}\n")
    merged = mimic("merge", clean, SAMPLE, "--output", both, "--json")
    told = events(merged)
    assert [event["event"] for event in told] == ["DemoSaved"] * 18 + ["StageFinished"]
    assert told[17]["name"] == "demo_17" and told[17]["saved"] == told[17]["wanted"] == 18
    assert told[-1]["summary"]["kept"][8] == {
        "name": "demo_8",
        "file": str(SAMPLE),
        "source": "demo_0",
        "samples": 333,
    }
    assert mimic("select", both, "--where", "num_samples<280", "--output", few).code == 0
    assert mimic("drop", few, "--demos", "0", "--in-place").code == 0
    with DatasetReader(few) as reader:
        assert all(reader.attrs(name)["num_samples"] < 280 for name in reader.episode_names)
        by = [edit["by"] for edit in reader.data_attrs["mimic"]["edits"]]
        assert by == ["drop", "merge", "select", "drop"]
        assert reader.attrs("demo_0")["mimic"]["recorded"]["task"] == TASK
    assert mimic("check", few).code == 0


def test_what_is_wrong_is_said_and_nothing_is_written(mimic, tmp_path):
    out = tmp_path / "out.hdf5"
    for arguments, words in (
        (("merge", SAMPLE, "--output", out), "at least two files"),
        (("merge", SAMPLE, SAMPLE, "--output", out), "given twice"),
        (("select", SAMPLE, "--output", out), "say which demonstrations"),
        (("select", SAMPLE, "--demos", "77", "--output", out), "no demonstration is named '77'"),
        (("select", SAMPLE, "--where", "seed", "--output", out), "not a condition"),
        (("drop", SAMPLE, "--demos", "3"), "say where the result goes"),
        (("drop", SAMPLE, "--demos", "0-", "--output", out), "no demonstration would be left"),
        (("convert", SAMPLE, "--output", out), "there is nothing to convert"),
        (("convert", SAMPLE, "--quaternions", "obs/eef_quat", "--output", out), "not the place of a quaternion"),
        (("export", SAMPLE), "say where the result goes"),
        (("export", SAMPLE, "--format", "mp4", "--output", out), "no camera images"),
    ):
        answer = mimic(*arguments)
        assert answer.code == 2 and words in answer.err and "Traceback" not in answer.err, answer.err
    assert not list(tmp_path.iterdir())


def test_an_old_file_is_converted_under_todays_name(mimic, tmp_path):
    old, new = tmp_path / "old.hdf5", tmp_path / "new.hdf5"
    old.write_bytes(SAMPLE.read_bytes())
    with h5py.File(old, "r+") as file:
        del file.attrs["format_version"]
        file["data"].attrs["env_args"] = json.dumps({"env_name": "Isaac-Stack-Cube-Franka-IK-Rel-v0", "type": 2})
    answer = mimic("convert", old, "--output", new)
    assert answer.code == 0 and "quaternions turned to xyzw" in answer.out and f"is now {TASK}" in answer.out
    with DatasetReader(new) as reader:
        assert reader.env_name == TASK and not reader.legacy_quaternions
