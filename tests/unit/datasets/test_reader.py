# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

import os
import subprocess
import sys

import h5py
import numpy as np
import pytest
from empty_file import write_empty

from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter
from isaaclab_mimic_core.errors import DatasetError, InputFileError, MimicError


def message_of(error: pytest.ExceptionInfo[MimicError]) -> str:
    """The error as the user sees it: at most two lines, and always with something to do."""
    text = str(error.value)
    assert len(text.splitlines()) == 2, text
    return text


def test_reads_what_was_written(make_file, make_episode, assert_same):
    with DatasetReader(make_file(2)) as reader:
        assert reader.episode_names == ["demo_0", "demo_1"]
        assert reader.env_name == "Task-v0"
        assert reader.env_args == {"env_name": "Task-v0", "type": 2, "env_kwargs": {}}
        assert reader.format_version == 1 and not reader.legacy_quaternions
        episode = reader.read("demo_1")
        assert_same(episode, make_episode(31, 1))
        assert episode.name == "demo_1"
        assert episode.attrs == {"num_samples": 31, "seed": 1, "success": True}
        assert reader.attrs("demo_1") == episode.attrs
        assert [episode.name for episode in reader.episodes()] == reader.episode_names
        shape, dtype = reader.shapes("demo_0")["obs/gripper_open"]
        assert shape == (30, 1) and dtype == np.bool_


def test_reads_only_the_paths_asked_for(make_file):
    with DatasetReader(make_file()) as reader:
        episode = reader.read("demo_0", ["actions", "initial_state/articulation"])
    assert sorted(episode.data) == [
        "actions",
        "initial_state/articulation/robot/joint_position",
        "initial_state/articulation/robot/root_pose",
    ]


def test_nested_attributes_come_back_as_data(tmp_path, make_episode):
    origin = {"stage": "generate", "segments": {"franka": [{"demo": "demo_3", "start": 0, "end": 57}]}}
    huge = {"text": "x" * 300_000}
    with DatasetWriter(tmp_path / "a.hdf5", {"env_name": "T"}, attrs={"mimic": {"seed": np.int64(1)}}) as writer:
        writer.add(make_episode(mimic=origin, names=("a", "b"), text="[not JSON", number=np.float32(0.5), huge=huge))
    with DatasetReader(writer.path) as reader:
        attrs = reader.attrs("demo_0")
        assert reader.data_attrs["mimic"] == {"seed": 1}
    assert attrs["mimic"] == origin and attrs["huge"] == huge
    assert (attrs["names"], attrs["text"], attrs["number"]) == (["a", "b"], "[not JSON", 0.5)


def test_files_without_a_version_have_their_root_poses_converted(tmp_path):
    path = tmp_path / "legacy.hdf5"
    pose = np.arange(14, dtype=np.float32).reshape(2, 7)
    with h5py.File(path, "w") as file:
        for name in ("states", "initial_state"):
            file[f"data/demo_0/{name}/rigid_object/cube_1/root_pose"] = pose
            file[f"data/demo_0/{name}/rigid_object/cube_1/root_velocity"] = pose[:, :6]
        file["data/demo_0/actions"] = pose
    with DatasetReader(path) as reader:
        assert reader.legacy_quaternions and reader.env_name == ""
        data = reader.read("demo_0").data
    expected = pose[:, [0, 1, 2, 4, 5, 6, 3]]
    np.testing.assert_array_equal(data["states/rigid_object/cube_1/root_pose"], expected)
    np.testing.assert_array_equal(data["initial_state/rigid_object/cube_1/root_pose"], expected)
    np.testing.assert_array_equal(data["actions"], pose)
    np.testing.assert_array_equal(data["states/rigid_object/cube_1/root_velocity"], pose[:, :6])


def test_missing_file_names_its_neighbours(make_file):
    path = make_file(name="franka.hdf5")
    with pytest.raises(InputFileError) as error:
        DatasetReader(path.with_name("frank.hdf5"))
    assert "no such file" in message_of(error) and "franka.hdf5" in message_of(error)


def test_missing_folder(tmp_path):
    with pytest.raises(InputFileError, match="no such file"):
        DatasetReader(tmp_path / "nowhere" / "a.hdf5")


def test_folder(tmp_path):
    with pytest.raises(InputFileError) as error:
        DatasetReader(tmp_path)
    assert "is a folder" in message_of(error)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"step,x,y\n1,2,3\n" * 100, "not an HDF5 file"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"),
    ],
)
def test_not_hdf5(tmp_path, content, says):
    path = tmp_path / "a.hdf5"
    path.write_bytes(content)
    with pytest.raises(InputFileError) as error:
        DatasetReader(path)
    assert says in message_of(error)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_truncated(make_file, share):
    path = make_file()
    os.truncate(path, int(path.stat().st_size * share))
    with pytest.raises(InputFileError) as error:
        DatasetReader(path)
    assert "cut short" in message_of(error)


def test_no_data_group(tmp_path):
    path = tmp_path / "a.hdf5"
    with h5py.File(path, "w") as file:
        file["weights/layer_0"] = np.zeros(3)
    with pytest.raises(InputFileError) as error:
        DatasetReader(path)
    assert "no group 'data'" in message_of(error) and "weights" in message_of(error)


def test_no_demos(tmp_path):
    path = write_empty(tmp_path / "demos.hdf5", "Task-v0")
    with pytest.raises(InputFileError) as error:
        DatasetReader(path)
    assert "no demonstrations" in message_of(error)
    with DatasetReader(path, allow_empty=True) as reader:
        assert len(reader) == 0


def test_newer_format_version(make_file):
    path = make_file()
    with h5py.File(path, "r+") as file:
        file.attrs["format_version"] = 2
    with pytest.raises(InputFileError) as error:
        DatasetReader(path)
    assert "format version 2" in message_of(error)


def test_unreadable_file(make_file):
    path = make_file()
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(InputFileError) as error:
        DatasetReader(path)
    assert "permission" in message_of(error)


def test_file_open_for_writing_elsewhere(make_file, monkeypatch):
    monkeypatch.setattr("isaaclab_mimic_core.datasets.opening._LOCK_TIMEOUT", 0.05)
    path = make_file()
    holder = subprocess.Popen(
        [sys.executable, "-c", f"import h5py; f = h5py.File({str(path)!r}, 'r+'); print(1, flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    try:
        with pytest.raises(InputFileError) as error:
            DatasetReader(path)
        assert "open for writing" in message_of(error)
    finally:
        holder.communicate(b"\n")
    DatasetReader(path).close()


def test_missing_demo_and_path_are_named(make_file):
    path = make_file()
    with DatasetReader(path) as reader:
        with pytest.raises(DatasetError) as error:
            reader.read("demo_7")
        assert "'demo_7'" in message_of(error) and "demo_0 to demo_2" in message_of(error)
        with pytest.raises(DatasetError) as error:
            reader.read("demo_1", ["obs/camera"])
        for part in (str(path), "demo_1", "obs/camera"):
            assert part in message_of(error)


def test_damaged_array_is_named(tmp_path):
    path = tmp_path / "a.hdf5"
    noise = np.random.default_rng(0).normal(size=(500, 7))
    with h5py.File(path, "w") as file:
        dataset = file.create_dataset("data/demo_0/actions", data=noise, compression="gzip", chunks=noise.shape)
        chunk = dataset.id.get_chunk_info(0)
    with path.open("r+b") as file:
        file.seek(chunk.byte_offset)
        file.write(bytes(1000))
    with DatasetReader(path) as reader, pytest.raises(DatasetError) as error:
        reader.read("demo_0")
    assert "actions is damaged" in message_of(error) and "demo_0" in message_of(error)


def test_env_args_that_are_not_json(make_file):
    path = make_file()
    with h5py.File(path, "r+") as file:
        file["data"].attrs["env_args"] = "Task-v0"
    with DatasetReader(path) as reader, pytest.raises(DatasetError) as error:
        _ = reader.env_name
    assert "env_args" in message_of(error)
