# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Isaac Lab's own handler reads our files and we read its."""

from pathlib import Path

import h5py
import numpy as np
import pytest
import torch
from isaaclab.utils.datasets import EpisodeData, HDF5DatasetFileHandler

from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, Episode, flatten
from isaaclab_mimic_core.datasets.check import check_file

SAMPLE = Path(__file__).parents[3] / "data" / "franka_stack" / "demos.hdf5"


def to_upstream(episode: Episode) -> EpisodeData:
    data = EpisodeData()
    for path, values in episode.data.items():
        for row in torch.from_numpy(values):
            data.add(path, row)
    data.seed, data.success = episode.seed, episode.success
    data.pre_export()
    return data


def assert_equal(theirs: EpisodeData, ours: Episode) -> None:
    flat = flatten(theirs.data)
    assert flat.keys() == ours.data.keys()
    for path, values in ours.data.items():
        assert flat[path].numpy().dtype == values.dtype, path
        np.testing.assert_array_equal(flat[path].numpy(), values, err_msg=path)


def test_upstream_reads_ours(tmp_path, make_episode):
    images = np.random.default_rng(0).integers(0, 256, (40, 100, 100, 3), np.uint8)
    episodes = [make_episode(30 + i, i, annotated=True) for i in range(12)]
    episodes[3].data["obs/camera"] = images
    with DatasetWriter(tmp_path / "a.hdf5", {"env_name": "Task-v0", "env_kwargs": {"a": 1}}) as writer:
        for episode in episodes:
            writer.add(episode)
            writer.commit()
    handler = HDF5DatasetFileHandler()
    handler.open(str(writer.path))
    assert handler.get_env_name() == "Task-v0" and handler.get_num_episodes() == 12
    assert handler.get_format_version() == 1
    assert set(handler.get_episode_names()) == {f"demo_{i}" for i in range(12)}
    for i, episode in enumerate(episodes):
        loaded = handler.load_episode(f"demo_{i}", "cpu")
        assert_equal(loaded, episode)
        assert loaded.seed == i and loaded.success
    handler.close()


def test_upstream_appends_to_ours_and_we_to_its(tmp_path, make_episode, assert_same):
    path = tmp_path / "a.hdf5"
    handler = HDF5DatasetFileHandler()
    handler.create(str(path), "Task-v0")
    handler.write_episode(to_upstream(make_episode(20, 0)))
    handler.close()
    with DatasetWriter(path, {}, mode="append") as writer:
        assert writer.add(make_episode(21, 1)) == "demo_1"
    handler = HDF5DatasetFileHandler()
    handler.open(str(path), "r+")
    handler.write_episode(to_upstream(make_episode(22, 2)))
    handler.close()
    with DatasetWriter(path, {}, mode="append") as writer:
        writer.add(make_episode(23, 3))
    with DatasetReader(path) as reader:
        assert reader.data_attrs["total"] == 20 + 21 + 22 + 23
        for i, episode in enumerate(reader.episodes()):
            assert_same(episode, make_episode(20 + i, i))


@pytest.mark.parametrize("compression", [True, False])
def test_we_read_upstreams(tmp_path, make_episode, assert_same, compression):
    path = tmp_path / "a.hdf5"
    handler = HDF5DatasetFileHandler()
    handler.create(str(path), "Task-v0")
    for i in range(11):
        handler.write_episode(to_upstream(make_episode(20 + i, i, True)), dataset_compression=compression)
    handler.close()
    with DatasetReader(path) as reader:
        assert reader.env_name == "Task-v0" and reader.format_version == 1
        assert reader.episode_names == [f"demo_{i}" for i in range(11)]
        for i, episode in enumerate(reader.episodes()):
            assert_same(episode, make_episode(20 + i, i, True))
            assert episode.seed == i and episode.success is True


def test_ours_to_upstreams_handler_and_back(tmp_path, assert_same):
    """The sample demonstrations, loaded and written by Isaac Lab's handler, are the same to us."""
    reading, writing = HDF5DatasetFileHandler(), HDF5DatasetFileHandler()
    reading.open(str(SAMPLE))
    writing.create(str(tmp_path / "theirs.hdf5"), reading.get_env_name())
    with DatasetReader(SAMPLE) as reader:
        for name in reader.episode_names:
            writing.write_episode(reading.load_episode(name, "cpu"))
        reading.close()
        writing.close()
        with DatasetReader(tmp_path / "theirs.hdf5") as theirs:
            assert theirs.env_name == reader.env_name and theirs.episode_names == reader.episode_names
            for name in reader.episode_names:
                assert_same(theirs.read(name), reader.read(name))
                assert theirs.attrs(name)["seed"] == 7 and theirs.attrs(name)["success"]
    # What the handler does not know, the history, it leaves out; the values pass every check all the same.
    assert check_file(tmp_path / "theirs.hdf5").findings == ()


def test_older_files_are_converted_as_upstream_does(tmp_path, make_episode):
    path = tmp_path / "a.hdf5"
    handler = HDF5DatasetFileHandler()
    handler.create(str(path), "Task-v0")
    handler.write_episode(to_upstream(make_episode(20, 0, True)))
    handler.close()
    with h5py.File(path, "r+") as file:
        del file.attrs["format_version"]
    handler.open(str(path))
    with DatasetReader(path) as reader:
        ours = reader.read("demo_0")
    assert_equal(handler.load_episode("demo_0", "cpu"), ours)
    handler.close()
    original = make_episode(20, 0, True).data["states/rigid_object/cube_1/root_pose"]
    np.testing.assert_array_equal(ours.data["states/rigid_object/cube_1/root_pose"][:, 6], original[:, 3])
