# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

import json
import math

import h5py
import numpy as np
import pytest
from empty_file import write_empty

from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, format_summary, summarise
from isaaclab_mimic_core.errors import InputFileError


def test_an_annotated_file(make_file):
    path = make_file(3, annotated=True)
    summary = summarise(path)
    assert summary["bytes"] == path.stat().st_size
    assert (summary["format_version"], summary["quaternions"], summary["env_name"]) == (1, "xyzw", "Task-v0")
    assert (summary["demos"], summary["successful"], summary["success_unknown"]) == (3, 3, 0)
    assert summary["samples"] == {"total": 93, "min": 30, "mean": 31.0, "max": 32}
    assert summary["actions"] == 7 and summary["initial_state"]
    assert summary["observations"] == {"eef_pos": [3], "gripper_open": [1]}
    assert summary["states"] == {"robot": "articulation", "cube_1": "rigid_object"}
    assert summary["eefs"] == ["franka"] and summary["objects"] == ["cube_1", "cube_2"]
    assert summary["signals"] == {
        "grasp_1": {"demos": 3, "first": 10, "last": 10},
        "stack_1": {"demos": 3, "first": 15, "last": 16},
    }
    assert summary["usable"] == {"replay": "", "annotate": "", "generate": "", "train": ""}
    assert json.loads(json.dumps(summary)) == summary
    text = format_summary(summary)
    for part in ("3, of which 3 successful", "xyzw", "franka", "stack_1 first changes at sample 15 to 16, in 3 of 3"):
        assert part in text


def test_a_recorded_file_cannot_be_generated_from(make_file):
    summary = summarise(make_file(2))
    assert "mimic annotate" in summary["usable"]["generate"]
    assert {use for use, reason in summary["usable"].items() if not reason} == {"replay", "annotate", "train"}
    assert "generate    no: " in format_summary(summary)


def test_a_signal_that_never_rises(make_file):
    path = make_file(2, annotated=True)
    with h5py.File(path, "r+") as file:
        file["data/demo_1/obs/datagen_info/subtask_term_signals/stack_1"][:] = False
    summary = summarise(path)
    assert summary["signals"]["stack_1"]["demos"] == 1
    assert summary["usable"]["generate"] == "stack_1 does not rise in every demonstration"


def test_a_signal_of_another_length_is_not_read(make_file):
    path = make_file(2, annotated=True)
    with h5py.File(path, "r+") as file:
        signals = file["data/demo_1/obs/datagen_info/subtask_term_signals"]
        del signals["stack_1"]
        # It takes 4 GB of memory and a few kB on disk.
        signals.create_dataset("stack_1", (1 << 32,), bool, chunks=(1 << 20,), compression="gzip")[-1] = True
    summary = summarise(path)
    assert summary["signals"]["stack_1"]["demos"] == 1
    assert summary["usable"]["generate"]


@pytest.mark.parametrize(("more", "reason"), [(1, ""), (2, "demo_0: obs/eef_pos has 32 rows, not 30")])
def test_a_file_with_the_observation_after_the_last_action_can_be_trained_on(make_file, more, reason):
    path = make_file(2, annotated=True)
    with h5py.File(path, "r+") as file:
        for demo in file["data"].values():
            for term in ("eef_pos", "gripper_open"):
                values = demo["obs"][term][()]
                del demo["obs"][term]
                demo["obs"][term] = np.concatenate([values, values[-more:]])
    assert summarise(path)["usable"]["train"].partition(";")[0] == reason


def test_a_file_without_demos(tmp_path):
    summary = summarise(write_empty(tmp_path / "demos.hdf5", "Task-v0"))
    assert summary["samples"] is None and set(summary["usable"].values()) == {"it holds no demonstrations"}
    assert "none yet" in format_summary(summary)


def test_a_generated_file_says_where_it_comes_from(tmp_path, make_episode):
    run = {"generated": {"input": "demos.hdf5", "seed": 5, "rate": math.nan}}
    with DatasetWriter(tmp_path / "a.hdf5", {"env_name": "T"}, attrs={"mimic": run}) as writer:
        for seed, source in enumerate(["demo_2", "demo_10"]):
            sources = {"franka": [{"demo": source, "segment": [0, 9]}, {"demo": "demo_2", "segment": [9, 20]}]}
            writer.add(make_episode(seed=seed, success=bool(seed), mimic={"generated": {"sources": sources}}))
    summary = summarise(writer.path)
    assert summary["provenance"] == {
        "run": {"generated": {**run["generated"], "rate": "nan"}},  # JSON has no NaN
        "demos": 2,
        "seeds": 2,
        "sources": {"demo_2": 3, "demo_10": 1},
    }
    text = format_summary(summary)
    assert "input demos.hdf5, seed 5" in text and "demo_2 (3), demo_10 (1)" in text
    assert "stated by 2 of 2 demos, 2 different seeds" in text
    assert "2, of which 1 successful" in text


def test_an_older_file_by_another_program(tmp_path):
    path = tmp_path / "a.hdf5"
    with h5py.File(path, "w") as file:
        file["data/demo_0/actions"] = np.zeros((5, 7))
        file["data/demo_0"].attrs["num_samples"] = 5
    text = format_summary(summarise(path))
    for part in ("version 0, quaternions wxyz in the file, read as xyzw", "success not stated", "not stated"):
        assert part in text
    assert "replay      no: the demonstrations have no initial_state" in text


def test_a_writer_at_work_and_one_that_was_killed(make_file, make_episode):
    path = make_file(1)
    with DatasetWriter(path, {}, mode="append") as writer:
        writer.add(make_episode())
        writer.commit()
        summary = summarise(path)
        assert summary["being_written"] and not summary["leftovers"] and summary["demos"] == 2
        assert "is writing it" in format_summary(summary)
    shadow = path.with_name(".demos.hdf5.shadow")
    shadow.write_bytes(b"")
    summary = summarise(path)
    assert not summary["being_written"] and summary["leftovers"] == [str(shadow)]
    assert str(shadow) in format_summary(summary)


def test_looking_does_not_keep_a_writer_out(make_file):
    path = make_file(1)
    with DatasetReader(path), DatasetWriter(path, {}, mode="append"):
        summarise(path)


def test_a_missing_file(tmp_path):
    with pytest.raises(InputFileError):
        summarise(tmp_path / "a.hdf5")
