# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A policy that sees pictures: trained through robomimic's own loader, and opened again by robomimic and by us."""

from pathlib import Path

import numpy as np
import pytest
import torch

from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, Episode
from isaaclab_mimic_core.events import EpochFinished
from isaaclab_mimic_core.learning.robomimic.policy import load_policy
from isaaclab_mimic_core.options import TrainOptions
from isaaclab_mimic_core.stages.learning.train import Train

SIZE = 32
ENCODER = {
    "core_class": "VisualCore",
    "core_kwargs": {
        "feature_dimension": 8,
        "backbone_class": "ShallowConv",
        "backbone_kwargs": {},
        "pool_class": "SpatialSoftmax",
        "pool_kwargs": {"num_kp": 4},
    },
    "obs_randomizer_class": None,
    "obs_randomizer_kwargs": {},
}


@pytest.fixture(scope="module")
def pictures(dataset, tmp_path_factory) -> Path:
    """The demonstrations with a camera: a bright spot that stands where the first two actions go."""
    path = tmp_path_factory.mktemp("pictures") / "demos.hdf5"
    with DatasetReader(dataset) as reader, DatasetWriter(path, reader.env_args) as writer:
        for episode in reader.episodes():
            table = np.zeros((episode.num_samples, SIZE, SIZE, 3), np.uint8)
            spots = ((episode.data["actions"][:, :2] + 1) / 2 * (SIZE - 6)).astype(int)
            for picture, (row, column) in zip(table, spots, strict=True):
                picture[row : row + 6, column : column + 6] = (255, 200, 40)
            writer.add(Episode({**episode.data, "obs/table_cam": table}, episode.attrs))
    return path


def test_two_epochs_on_pictures_make_a_policy_that_sees_them(pictures, write_config, tmp_path):
    from robomimic.utils import obs_utils
    from robomimic.utils.file_utils import policy_from_checkpoint

    observation = {
        "modalities": {
            "obs": {"low_dim": ["eef_pos", "gripper_pos"], "rgb": ["table_cam"], "depth": [], "scan": []},
            "goal": {"low_dim": [], "rgb": [], "depth": [], "scan": []},
        },
        "encoder": {"rgb": ENCODER},
    }
    config = write_config(
        observation=observation,
        experiment={"epoch_every_n_steps": 20},
        algo={"gmm": {"enabled": False}, "rnn": {"enabled": False}, "actor_layer_dims": [32]},
        train={"seq_length": 1, "batch_size": 20, "num_data_workers": 0, "num_epochs": 2, "hdf5_cache_mode": "low_dim"},
    )
    output = tmp_path / "run"
    with Train(TrainOptions(dataset=str(pictures), config=config, output=str(output), device="cpu")) as stage:
        losses = [event.loss for event in stage if isinstance(event, EpochFinished)]
    assert len(losses) == 2 and losses[1] < losses[0]

    path = output / "models" / "model_epoch_2.pth"
    theirs, checkpoint = policy_from_checkpoint(ckpt_path=str(path))
    assert checkpoint["shape_metadata"]["all_shapes"]["table_cam"] == [3, SIZE, SIZE]
    with DatasetReader(pictures) as reader:
        data = reader.read("demo_9").data
    keys = ("eef_pos", "gripper_pos", "table_cam")
    ours = load_policy(str(path), "cpu")
    ours.begin(torch.arange(3), 3)
    # As environments give them: all at once, bytes, channels last.
    given = {key: torch.as_tensor(data[f"obs/{key}"][:3]) for key in keys}
    acted = ours.act(given, torch.zeros(3, dtype=torch.long))
    for row in range(3):
        theirs.start_episode()
        seen = {key: data[f"obs/{key}"][row].astype(np.float32) for key in keys}
        seen["table_cam"] = obs_utils.process_obs(seen["table_cam"], obs_key="table_cam")
        np.testing.assert_allclose(acted[row].numpy(), theirs(ob=seen), atol=1e-5)
    # What is seen decides: with the lights off it acts otherwise.
    dark = ours.act({**given, "table_cam": torch.zeros_like(given["table_cam"])}, torch.zeros(3, dtype=torch.long))
    assert (dark - acted).abs().max() > 1e-3
