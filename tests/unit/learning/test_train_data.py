# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What cannot be trained on is found before the first epoch, whichever way the file is read; nothing is written."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch
from robomimic.utils import obs_utils, train_utils
from test_train import robomimic_loop, train

from isaaclab_mimic_core import cli
from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, Episode
from isaaclab_mimic_core.errors import DatasetError
from isaaclab_mimic_core.events import EpochFinished
from isaaclab_mimic_core.learning.robomimic.config import build_config
from isaaclab_mimic_core.learning.robomimic.demonstrations import find_demonstrations
from isaaclab_mimic_core.learning.robomimic.sequences import Sequences
from isaaclab_mimic_core.learning.robomimic.steps import validation_loss
from isaaclab_mimic_core.learning.robomimic.trainer import Trainer
from isaaclab_mimic_core.options import TrainOptions
from isaaclab_mimic_core.stages.learning.train import Train

TRAIN = [f"demo_{index}" for index in range(8)]
VALID = ["demo_8", "demo_9"]


@pytest.fixture(scope="module")
def complete(dataset, tmp_path_factory) -> Path:
    """The demonstrations with `next_obs` and masks."""
    path = tmp_path_factory.mktemp("complete") / "demos.hdf5"
    with DatasetReader(dataset) as reader, DatasetWriter(path, reader.env_args) as writer:
        for episode in reader.episodes():
            following = {f"next_{key}": value for key, value in episode.data.items() if key.startswith("obs/")}
            writer.add(Episode({**episode.data, **following}, episode.attrs))
    with h5py.File(path, "r+") as file:
        for name, demos in {"train": TRAIN, "valid": VALID}.items():
            file[f"mask/{name}"] = np.array(demos, dtype="S")
    return path


def put(group: h5py.Group, path: str, values: object) -> None:
    if path in group:
        del group[path]
    group[path] = values


def shorter(file: h5py.File) -> None:
    put(file, "data/demo_3/obs/eef_pos", file["data/demo_3/obs/eef_pos"][:-5])


def longer(file: h5py.File) -> None:
    values = file["data/demo_3/obs/eef_pos"][()]
    put(file, "data/demo_3/obs/eef_pos", np.concatenate([values, values[-2:]]))


def narrower(file: h5py.File) -> None:
    put(file, "data/demo_3/obs/object", file["data/demo_3/obs/object"][:, :-1])


def not_a_number(file: h5py.File) -> None:
    file["data/demo_3/obs/eef_pos"][7, 1] = np.nan


def endless_action(file: h5py.File) -> None:
    file["data/demo_3/actions"][7, 1] = np.inf


def words(file: h5py.File) -> None:
    put(file, "data/demo_3/obs/eef_pos", np.array([b"x"] * len(file["data/demo_3/actions"])))


def elsewhere(file: h5py.File) -> None:
    del file["data/demo_3/obs/eef_pos"]
    file["data/demo_3/obs/eef_pos"] = h5py.ExternalLink("/etc/hosts", "/data")


def no_term(file: h5py.File) -> None:
    del file["data/demo_3/obs/eef_pos"]


def no_actions(file: h5py.File) -> None:
    del file["data/demo_3/actions"]


def nothing(file: h5py.File) -> None:
    for path in ("actions", "obs/eef_pos"):
        put(file, f"data/demo_3/{path}", file[f"data/demo_3/{path}"][:0])


FAULTS: dict[str, tuple[Callable[[h5py.File], None], str]] = {
    "too few rows": (shorter, r"demo_3: obs/eef_pos has 19 rows, not 24"),
    "too many rows": (longer, r"demo_3: obs/eef_pos has 26 rows, not 24"),
    "a narrow term": (narrower, r"demo_3: obs/object holds numbers 38, with most it is numbers 39"),
    "NaN": (not_a_number, r"demo_3: obs/eef_pos, row 7 is not finite"),
    "an infinite action": (endless_action, r"demo_3: actions, row 7 is not finite"),
    "text": (words, r"demo_3: obs/eef_pos holds text"),
    "a link to another file": (elsewhere, r"demo_3: obs/eef_pos is a link to another file"),
    "a missing term": (no_term, r"demo_3: has no obs/eef_pos \(in obs: eef_quat, gripper_pos, object\)"),
    "no actions": (no_actions, r"demo_3: has no actions"),
    "no samples": (nothing, r"demo_3: has 0 samples"),
}
WAYS: dict[str, dict] = {
    "on the device": {},
    "by a mask": {"hdf5_filter_key": "train"},
    "by robomimic's loader": {"hdf5_load_next_obs": True},
}
SPLIT = {"hdf5_filter_key": "train", "hdf5_validation_filter_key": "valid"}


@pytest.fixture
def refused(complete, write_config, tmp_path, capfd) -> Callable[..., str]:
    """Trains on a changed file as a user does; returns what was said."""

    def refuse(change: Callable[[h5py.File], None], experiment: dict | None = None, **train) -> str:
        path, output = tmp_path / "demos.hdf5", tmp_path / "run"
        shutil.copy(complete, path)
        with h5py.File(path, "r+") as file:
            change(file)
        config = write_config(train=train, experiment=experiment or {})
        status = cli.main(
            ["train", "--dataset", str(path), "--config", config, "--output", str(output), "--device", "cpu"]
        )
        said = capfd.readouterr().err
        assert status == 2 and "Traceback" not in said
        assert "Training" not in said and not output.exists()
        return said

    return refuse


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize(("change", "words"), FAULTS.values(), ids=FAULTS)
def test_a_faulty_demonstration_is_named(complete, write_config, tmp_path, change, words, way):
    path = tmp_path / "demos.hdf5"
    shutil.copy(complete, path)
    with h5py.File(path, "r+") as file:
        change(file)
    config = write_config(train=way)
    stage = Train(TrainOptions(dataset=str(path), config=config, output=str(tmp_path / "run"), device="cpu"))
    with stage, pytest.raises(DatasetError, match=words):
        list(stage)
    assert not (tmp_path / "run").exists()


def overlapping(file: h5py.File) -> None:
    put(file, "mask/valid", np.array(["demo_7", "demo_8"], dtype="S"))


def naming_one_that_is_gone(file: h5py.File) -> None:
    put(file, "mask/train", np.array([*TRAIN, "demo_77"], dtype="S"))


def absent(file: h5py.File) -> None:
    del file["mask/train"]


def empty(file: h5py.File) -> None:
    put(file, "mask/train", np.array([], dtype="S8"))


def numbers(file: h5py.File) -> None:
    put(file, "mask/train", np.arange(3))


def twice(file: h5py.File) -> None:
    put(file, "mask/train", np.array(["demo_1", "demo_1"], dtype="S"))


MASKS = {
    "overlapping": (overlapping, "the masks 'train' and 'valid' share demo_7"),
    "naming one that is gone": (naming_one_that_is_gone, "mask/train: names demo_77, which the file does not hold"),
    "absent": (absent, "mask/train: is not in the file"),
    "empty": (empty, "mask/train: names no demonstration"),
    "numbers": (numbers, "mask/train: is no list of names"),
    "naming one twice": (twice, "mask/train: names demo_1 more than once"),
}


@pytest.mark.parametrize(("change", "words"), MASKS.values(), ids=MASKS)
def test_a_mask_that_cannot_be_is_named(refused, change, words):
    assert words in refused(change, {"validate": True}, **SPLIT)


def unnumbered(file: h5py.File) -> None:
    file.move("data/demo_3", "data/first")


def uncounted(file: h5py.File) -> None:
    del file["data/demo_3"].attrs["num_samples"]


def miscounted(file: h5py.File) -> None:
    file["data/demo_3"].attrs["num_samples"] = 20


MINDED = {
    "a name": (unnumbered, "first: robomimic's loader wants names like demo_0"),
    "no count": (uncounted, "demo_3: says no num_samples"),
    "another count": (miscounted, "demo_3: says num_samples 20, which robomimic's loader goes by, and has 24"),
}


@pytest.mark.parametrize(("change", "words"), MINDED.values(), ids=MINDED)
def test_what_only_the_loader_minds_is_said(refused, change, words):
    assert words in refused(change, **WAYS["by robomimic's loader"])


def configured(path: Path, write_config, experiment: dict | None = None, **train):
    raw = json.loads(Path(write_config(train=train, experiment=experiment or {})).read_text())
    raw["train"]["data"] = str(path)
    config = build_config(raw, "test")
    config.lock()
    return config


def test_the_observation_after_the_last_action_is_cut_as_robomimic_cuts_it(complete, write_config, tmp_path):
    """Files that keep it, (T + 1) rows, and counts that are not stated: sequences are those of robomimic."""
    path = tmp_path / "kept.hdf5"
    shutil.copy(complete, path)
    with h5py.File(path, "r+") as file:
        for demo in file["data"].values():
            for key in list(demo["obs"]):
                values = demo["obs"][key][()]
                put(demo["obs"], key, np.concatenate([values, 1000.0 + values[-1:]]))
    config = configured(path, write_config)
    obs_utils.initialize_obs_utils_with_config(config)
    theirs, _ = train_utils.load_data_for_training(config, obs_keys=config.all_obs_keys)
    found = find_demonstrations(config, values=False)
    mine = Sequences(found, found.train, ["actions"], 10, 1, True, True, "cpu")
    assert len(mine) == len(theirs)
    batch = mine.batch(torch.arange(len(mine)))
    for index in range(len(theirs)):
        item = theirs[index]
        np.testing.assert_array_equal(batch["actions"][index], item["actions"])
        for key, value in item["obs"].items():
            np.testing.assert_array_equal(batch["obs"][key][index], value)
    assert mine.obs["eef_pos"].max() < 900.0


def test_an_exact_validation_is_robomimics_to_the_bit(complete, write_config):
    config = configured(complete, write_config, {"validate": True}, **SPLIT)
    theirs, their_losses, held_back = robomimic_loop(config, 2)
    trainer = Trainer(config, "cpu", exact=True, precision="float32")
    np.testing.assert_allclose(train(trainer, 2), their_losses, rtol=1e-12)
    assert trainer.validation_loss == pytest.approx(held_back[-1], rel=1e-12)
    mine = trainer.model.serialize()
    assert all(torch.equal(weights, mine[name]) for name, weights in theirs.serialize().items())


def test_a_validation_learns_nothing_and_can_be_compared(complete, write_config):
    config = configured(complete, write_config, {"validate": True}, hdf5_normalize_obs=True, batch_size=20, **SPLIT)
    trainer = Trainer(config, "cpu", exact=False, precision="float32")
    assert trainer.sequences.lengths.sum() == sum(15 + 3 * index for index in range(8))
    train(trainer, 1)
    # A likelihood like that of training, not of the narrow mixture that the policy acts with.
    assert trainer.validation_loss == pytest.approx(trainer.loss, abs=2.0)
    before = trainer.model.serialize()
    weights = {name: value.clone() for name, value in before.items()}
    again = []
    for epoch in (4, 5):
        trainer.model.set_eval()
        batches = trainer.validation.batches.epoch(epoch, config.experiment.validation_epoch_every_n_steps)
        again.append(np.mean([float(validation_loss(trainer.model, batch, epoch, False)) for batch in batches]))
    assert again[0] == again[1] == pytest.approx(trainer.validation_loss, rel=1e-6)
    assert all(torch.equal(weights[name], value) for name, value in trainer.model.serialize().items())


def test_a_validation_is_told_logged_and_kept(complete, write_config, tmp_path):
    config = write_config(
        train={**SPLIT, "num_epochs": 5},
        experiment={
            "validate": True,
            "save": {"every_n_epochs": None, "epochs": [2], "on_best_validation": True, "every_n_seconds": None},
        },
    )
    run = tmp_path / "run"
    options = TrainOptions(dataset=str(complete), config=config, output=str(run), device="cpu", precision="float32")
    with Train(options) as stage:
        told = [event.validation_loss for event in stage if isinstance(event, EpochFinished)]
    lines = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    assert [line["validation_loss"] for line in lines] == told and len(told) == 5
    assert "validation loss" in (run / "log.txt").read_text()
    assert sorted(path.name for path in (run / "models").iterdir()) == ["model_epoch_2.pth", "model_epoch_5.pth"]
    # The least loss may have been the last one; then both files hold the same.
    names = ("best_validation.pth", "models/model_epoch_5.pth")
    best, last = (torch.load(run / name, weights_only=True)["model"] for name in names)
    assert all(torch.equal(best[name], last[name]) for name in last) == (min(told) == told[-1])


def test_checkpoints_are_kept_as_the_configuration_says(complete, write_config, tmp_path):
    cases = {
        "every second": ({"every_n_epochs": 2, "epochs": [3]}, {}, [2, 3, 4, 5]),
        "by the clock": ({"every_n_epochs": None, "every_n_seconds": 1e-9}, {}, [1, 2, 3, 4, 5]),
        "the option wins": ({"every_n_epochs": 1}, {"save_every": 4}, [4, 5]),
        "none": ({"enabled": False}, {}, []),
    }
    for name, (save, given, kept) in cases.items():
        config = write_config(train={"num_epochs": 5}, experiment={"save": save, "logging": {"log_tb": False}})
        run = tmp_path / name.replace(" ", "-")
        with Train(TrainOptions(dataset=str(complete), config=config, output=str(run), device="cpu", **given)) as stage:
            list(stage)
        assert sorted(int(path.stem.rpartition("_")[2]) for path in (run / "models").iterdir()) == kept, name
        assert not (run / "tensorboard").exists()
