# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Joining, selecting, dropping: what is kept, what is refused, what the history says."""

import json
import os

import h5py
import numpy as np
import pytest
from isaaclab.utils.datasets import HDF5DatasetFileHandler

from isaaclab_mimic_core import cli
from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, Episode
from isaaclab_mimic_core.datasets.edit import Selection, drop, merge, select, select_names
from isaaclab_mimic_core.datasets.writer import lock_path
from isaaclab_mimic_core.errors import DatasetError, OptionError, OutputError
from isaaclab_mimic_core.files import FileLock
from isaaclab_mimic_core.tasks.names import same_task


@pytest.fixture
def demos(make_file):
    """Ten demonstrations: those of an even number successful, 30 to 39 samples long."""
    path = make_file(10, author="Ada", mimic={"recorded": {"task": "Task-v0"}})
    with h5py.File(path, "r+") as file:
        for number in range(10):
            file[f"data/demo_{number}"].attrs["success"] = number % 2 == 0
    return path


def seeds(path) -> list[int]:
    with DatasetReader(path) as reader:
        return [reader.attrs(name)["seed"] for name in reader.episode_names]


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(), range(10)),
        (Selection("3"), [3]),
        (Selection("demo_3, 1"), [1, 3]),
        (Selection("2-4,8-"), [2, 3, 4, 8, 9]),
        (Selection("-1 demo_7-demo_8"), [0, 1, 7, 8]),
        (Selection(success=True), [0, 2, 4, 6, 8]),
        (Selection("5-", success=False), [5, 7, 9]),
        (Selection(where=("seed=4",)), [4]),
        (Selection(where=("num_samples >= 33", "seed<5")), [3, 4]),
        (Selection(where=("seed!=4", "success=true")), [0, 2, 6, 8]),
        (Selection(where=("mimic.recorded.device=keyboard",)), []),
        (Selection(findings=("failed",)), [1, 3, 5, 7, 9]),
        (Selection(findings=("error",)), range(10)),
    ],
)
def test_selection(demos, selection, expected):
    assert select_names(demos, selection) == [f"demo_{number}" for number in expected]


@pytest.mark.parametrize("selection", [Selection("demo_10"), Selection("11-"), Selection("x"), Selection(where=("a",))])
def test_what_is_not_there_is_refused(demos, selection):
    with pytest.raises(OptionError):
        select_names(demos, selection)


def test_select_keeps_values_attributes_and_history(demos, tmp_path, make_episode, assert_same):
    saved = []
    report = select(demos, ["demo_7", "demo_2"], tmp_path / "b.hdf5", on_saved=lambda *news: saved.append(news))
    assert [(demo.name, demo.source) for demo in report.kept] == [("demo_0", "demo_2"), ("demo_1", "demo_7")]
    assert report.dropped == tuple(f"demo_{i}" for i in (0, 1, 3, 4, 5, 6, 8, 9))
    assert [(demo.name, number, count) for demo, number, count in saved] == [("demo_0", 1, 2), ("demo_1", 2, 2)]
    with DatasetReader(report.output) as reader:
        assert_same(reader.read("demo_0"), make_episode(32, 2))
        assert_same(reader.read("demo_1"), make_episode(37, 7))
        assert reader.env_name == "Task-v0" and reader.data_attrs["author"] == "Ada"
        assert reader.data_attrs["total"] == 32 + 37
        history = reader.data_attrs["mimic"]
        assert history["recorded"] == {"task": "Task-v0"}
        assert history["edits"][0]["by"] == "select" and history["edits"][0]["of"] == 10
        attrs = reader.attrs("demo_1")
        assert attrs["seed"] == 7 and not attrs["success"]
        assert attrs["mimic"]["edits"] == [{"by": "select", "file": "demos.hdf5", "from": "demo_7"}]
    assert seeds(demos) == list(range(10))


def test_in_place_and_again(demos, assert_same, make_episode):
    os.chmod(demos, 0o640)
    report = drop(demos, ["demo_0"], in_place=True)
    assert report.output == str(demos) and seeds(demos) == list(range(1, 10))
    drop(demos, ["demo_0"], in_place=True)
    assert seeds(demos) == list(range(2, 10))
    with DatasetReader(demos) as reader:
        assert_same(reader.read("demo_0"), make_episode(32, 2))
        edits = reader.attrs("demo_0")["mimic"]["edits"]
        assert [entry["from"] for entry in edits] == ["demo_2", "demo_1"]
        assert len(reader.data_attrs["mimic"]["edits"]) == 2
    assert [path.name for path in demos.parent.iterdir()] == ["demos.hdf5"]
    assert demos.stat().st_mode & 0o777 == 0o640


def test_in_place_leaves_the_file_alone_when_it_fails(demos, monkeypatch):
    before = demos.read_bytes()
    with pytest.raises(OptionError, match="no demonstration would be left"):
        drop(demos, [f"demo_{number}" for number in range(10)], in_place=True)
    lock = FileLock(lock_path(demos))
    lock.acquire()
    with pytest.raises(OutputError, match="another program is writing"):
        drop(demos, ["demo_1"], in_place=True)
    lock.release()
    replace = os.replace

    def refuse(source, target):
        if target == demos:
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OutputError, match=r"could not be replaced \(no space left"):
        drop(demos, ["demo_1"], in_place=True)
    assert demos.read_bytes() == before and [path.name for path in demos.parent.iterdir()] == ["demos.hdf5"]


def test_where_it_goes_must_be_said_and_free(demos, tmp_path):
    with pytest.raises(OptionError, match="say where"):
        select(demos, ["demo_0"])
    with pytest.raises(OptionError, match="say where"):
        select(demos, ["demo_0"], tmp_path / "b.hdf5", in_place=True)
    with pytest.raises(OutputError, match="this is an input"):
        select(demos, ["demo_0"], demos, overwrite=True)
    (tmp_path / "b.hdf5").write_text("mine")
    with pytest.raises(OutputError, match="exists already"):
        select(demos, ["demo_0"], tmp_path / "b.hdf5")
    assert (tmp_path / "b.hdf5").read_text() == "mine"
    select(demos, ["demo_0"], tmp_path / "b.hdf5", overwrite=True)
    assert seeds(tmp_path / "b.hdf5") == [0]


def test_merge(make_file, tmp_path, make_episode, assert_same):
    first, second = make_file(3, "a.hdf5", mimic={"n": 1}), make_file(4, "b.hdf5", mimic={"n": 2})
    report = merge([first, second], tmp_path / "c.hdf5")
    assert seeds(tmp_path / "c.hdf5") == [0, 1, 2, 0, 1, 2, 3]
    with DatasetReader(report.output) as reader:
        assert_same(reader.read("demo_6"), make_episode(33, 3))
        assert reader.attrs("demo_6")["mimic"]["edits"] == [{"by": "merge", "file": "b.hdf5", "from": "demo_3"}]
        edit = reader.data_attrs["mimic"]["edits"][0]
        assert reader.data_attrs["mimic"]["n"] == 1
        assert [entry["mimic"]["n"] for entry in edit["inputs"]] == [1, 2]
    handler = HDF5DatasetFileHandler()
    handler.open(report.output)
    assert handler.get_num_episodes() == 7 and handler.load_episode("demo_6", "cpu").seed == 3
    handler.close()
    merge([first, second], in_place=True)
    assert seeds(first) == [0, 1, 2, 0, 1, 2, 3] and seeds(second) == [0, 1, 2, 3]


def test_merge_refuses_what_does_not_belong_together(make_file, make_episode, tmp_path):
    first = make_file(2, "a.hdf5")
    out = tmp_path / "c.hdf5"

    def other(name: str, task: str = "Task-v0", **changes: np.ndarray | None):
        with DatasetWriter(tmp_path / name, {"env_name": task}) as writer:
            for seed in range(2):
                data = {**make_episode(20, seed).data, **changes}
                writer.add(Episode({path: values for path, values in data.items() if values is not None}, {}))
        return writer.path

    with pytest.raises(OptionError, match="given twice"):
        merge([first, first], out)
    with pytest.raises(OptionError, match="at least two"):
        merge([first], out)
    task = other("task.hdf5", "Other-v0")
    with pytest.raises(DatasetError, match="of the task Other-v0"):
        merge([first, task], out)
    narrow = other("narrow.hdf5", **{"obs/eef_pos": np.zeros((20, 2), np.float32), "obs/gripper_open": None})
    with pytest.raises(DatasetError, match=r"obs/eef_pos is 2 a sample \(numbers\), there is 3 a sample"):
        merge([first, narrow], out)
    actions = other("actions.hdf5", actions=np.zeros((20, 8), np.float32))
    for force in (False, True):
        with pytest.raises(DatasetError, match="actions is 8 a sample"):
            merge([first, actions], out, force=force)
    assert not out.exists()

    report = merge([first, task, narrow], out, force=True)
    assert len(report.kept) == 6 and "obs/eef_pos, obs/gripper_open" in report.notes[-1]
    with DatasetReader(out) as reader:
        assert reader.env_name == "Task-v0"
        assert all("obs/eef_pos" not in reader.shapes(name) for name in reader.episode_names)
        assert all("obs/gripper_open" not in reader.shapes(name) for name in reader.episode_names)


def test_an_old_name_of_a_task_is_the_same_task(make_file, tmp_path, capfd):
    """As the command line merges and checks: Isaac Lab 3.0 has renamed tasks."""
    old, new = "Isaac-Stack-Cube-Franka-IK-Rel-v0", "IsaacContrib-Stack-Cube-Franka-IK-Rel-v0"
    files = [make_file(3, name=f"{number}.hdf5", mimic={"recorded": {"task": old}}) for number in (1, 2)]
    for path, task in zip(files, (old, new), strict=True):
        with h5py.File(path, "r+") as file:
            file["data"].attrs["env_args"] = json.dumps({"env_name": task, "type": 2, "env_kwargs": {}})
            for demo in file["data"].values():
                demo.attrs["mimic"] = json.dumps({"recorded": {"task": old}})
    both = tmp_path / "both.hdf5"
    assert cli.main(["merge", *map(str, files), "--output", str(both)]) == 0
    assert f"{files[1]} names the task {new}, which is {old}" in capfd.readouterr().out
    with DatasetReader(both) as reader:
        assert len(reader) == 6 and reader.env_name == old
    cli.main(["check", str(files[1])])
    assert "was made in the task" not in capfd.readouterr().out
    with h5py.File(files[1], "r+") as file:
        file["data"].attrs["env_args"] = json.dumps({"env_name": new, "type": 2, "env_kwargs": {"x": 1}})
    with pytest.raises(DatasetError, match=r"2\.hdf5: is of the same task as .*1\.hdf5, with other options"):
        merge(files, tmp_path / "no.hdf5", same_task=same_task)
    assert not (tmp_path / "no.hdf5").exists()


def test_a_history_that_is_not_json_is_kept(make_file, tmp_path):
    path = make_file(2)
    with h5py.File(path, "r+") as file:
        file["data/demo_0"].attrs["mimic"] = "by hand"
    select(path, ["demo_0"], tmp_path / "b.hdf5")
    with DatasetReader(tmp_path / "b.hdf5") as reader:
        assert reader.attrs("demo_0")["mimic"]["before"] == "by hand"
