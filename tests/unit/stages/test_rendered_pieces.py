# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Pictures go from a piece into a dataset as they were drawn, and as they were packed."""

import h5py
import numpy as np
import pytest

from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, Episode
from isaaclab_mimic_core.stages.rendering.pieces import Piece, write_piece


def test_pictures_reach_the_dataset_bit_for_bit_and_packed_once(tmp_path):
    random = np.random.default_rng(1)
    noise = random.integers(0, 256, (7, 20, 30, 3), np.uint8)  # cannot be packed
    plain = np.repeat(np.arange(7, dtype=np.float32), 600).reshape(7, 20, 30, 1)
    write_piece(tmp_path / "demo_3.hdf5", {"obs/front": noise, "obs/front_depth": plain})
    assert [path.name for path in tmp_path.iterdir()] == ["demo_3.hdf5"]
    piece = Piece(tmp_path / "demo_3.hdf5")
    pictures = piece.terms
    assert pictures["obs/front_depth"].stored_bytes < plain.nbytes / 20
    episode = Episode({"actions": np.zeros((7, 2), np.float32)}, streamed=pictures)
    with DatasetWriter(tmp_path / "out.hdf5", {"env_name": "Task-v0"}) as writer:
        writer.add(episode)
    piece.close()
    with DatasetReader(tmp_path / "out.hdf5") as reader:
        found = reader.read("demo_0").data
    assert (found["obs/front"] == noise).all() and (found["obs/front_depth"] == plain).all()
    with h5py.File(tmp_path / "out.hdf5") as file:
        assert file["data/demo_0/obs/front"].chunks == (1, 20, 30, 3)


def test_a_piece_has_its_name_only_when_it_is_whole(tmp_path):
    with pytest.raises(AttributeError):
        write_piece(tmp_path / "demo_0.hdf5", {"obs/a": np.zeros((2, 3, 3, 3), np.uint8), "obs/b": "no picture"})
    assert not (tmp_path / "demo_0.hdf5").exists()
