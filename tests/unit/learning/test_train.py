# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Training: robomimic's own loop to the bit, runs that can be killed, checkpoints that robomimic opens."""

import json
import os
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from isaaclab_mimic_core.errors import ConfigError, DatasetError, InputFileError, OptionError, OutputError
from isaaclab_mimic_core.events import CheckpointSaved, EpochFinished, StageFinished, Warned
from isaaclab_mimic_core.learning.robomimic.config import build_config
from isaaclab_mimic_core.learning.robomimic.demonstrations import find_demonstrations
from isaaclab_mimic_core.learning.robomimic.policy import BatchedPolicy, load_policy
from isaaclab_mimic_core.learning.robomimic.sequences import Sequences
from isaaclab_mimic_core.learning.robomimic.trainer import Trainer
from isaaclab_mimic_core.options import TrainOptions
from isaaclab_mimic_core.stages.learning.train import Train


@pytest.fixture
def options(dataset, write_config, tmp_path):
    """Makes options for a small training."""

    def make(**changes) -> TrainOptions:
        sections = changes.pop("sections", {})
        given = {"dataset": str(dataset), "config": write_config(**sections), "device": "cpu"}
        return TrainOptions(**{"output": str(tmp_path / "run"), **given, **changes})

    return make


def run(stage: Train) -> list:
    with stage:
        return list(stage)


def log(options: TrainOptions) -> list[dict]:
    lines = (Path(options.output) / "log.jsonl").read_text().splitlines()
    return [{name: json.loads(line)[name] for name in ("epoch", "loss", "learning_rate")} for line in lines]


def robomimic_loop(config, epochs: int):
    """robomimic's scripts/train.py without its files: seeds, model, data, loader and epochs, by its own functions."""
    from robomimic.algo import algo_factory
    from robomimic.utils import file_utils, obs_utils, train_utils

    np.random.seed(config.train.seed)
    torch.manual_seed(config.train.seed)
    obs_utils.initialize_obs_utils_with_config(config)
    shapes = file_utils.get_shape_metadata_from_dataset(config.train.data, all_obs_keys=config.all_obs_keys)
    model = algo_factory(config.algo_name, config, shapes["all_shapes"], shapes["ac_dim"], torch.device("cpu"))
    parts = train_utils.load_data_for_training(config, obs_keys=shapes["all_obs_keys"])
    loader, valid_loader = (
        part and DataLoader(part, batch_size=config.train.batch_size, shuffle=True, num_workers=0, drop_last=True)
        for part in parts
    )
    losses, held_back = [], []
    for epoch in range(1, epochs + 1):
        steps = config.experiment.epoch_every_n_steps
        losses.append(train_utils.run_epoch(model, loader, epoch, num_steps=steps)["Loss"])
        model.on_epoch_end(epoch)
        if valid_loader is not None:
            steps = config.experiment.validation_epoch_every_n_steps
            held_back.append(train_utils.run_epoch(model, valid_loader, epoch, validate=True, num_steps=steps)["Loss"])
    return model, losses, held_back


# More steps than one pass has, so that the order of a second pass counts too.
STEPS = {"experiment": {"epoch_every_n_steps": 20}}


def configured(dataset, write_config, **sections):
    raw = json.loads(Path(write_config(**sections)).read_text())
    raw["train"]["data"] = str(dataset)
    config = build_config(raw, "test")
    config.experiment.epoch_every_n_steps = sections.get("experiment", {}).get("epoch_every_n_steps", 8)
    config.lock()
    return config


def train(trainer: Trainer, epochs: int) -> list[float]:
    losses = []
    for _ in range(epochs):
        trainer.begin_epoch()
        while not trainer.advance(0.01):
            pass
        losses.append(trainer.loss)
    return losses


def test_exact_is_robomimics_own_loop_to_the_bit(dataset, write_config):
    config = configured(dataset, write_config, **STEPS)
    theirs, their_losses, _ = robomimic_loop(config, 3)
    trainer = Trainer(config, "cpu", exact=True, precision="float32")
    trainer.rehearse()
    losses = train(trainer, 3)
    np.testing.assert_allclose(losses, their_losses, rtol=1e-12)
    mine = trainer.model.serialize()
    for name, weights in theirs.serialize().items():
        assert torch.equal(weights, mine[name]), name


def test_the_default_descends_like_robomimic(dataset, write_config):
    """Other order of batches, same loss and update: from the same weights one batch changes them the same way."""
    config = configured(dataset, write_config)
    weights = []
    for exact in (True, False):
        trainer = Trainer(config, "cpu", exact=exact, precision="float32")
        trainer.model.set_train()
        batch = trainer.sequences.batch(torch.arange(20))
        for _ in range(5):
            trainer._step(batch, 1)
        weights.append(trainer.model.serialize())
    for name, value in weights[0].items():
        torch.testing.assert_close(weights[1][name], value, rtol=1e-4, atol=1e-6)


def test_bfloat16_descends_nearly_alike(dataset, write_config):
    config = configured(dataset, write_config)
    full, half = (train(Trainer(config, "cpu", False, precision), 4) for precision in ("float32", "bfloat16"))
    assert full != half
    np.testing.assert_allclose(half, full, rtol=0.02)


def test_bfloat16_lasts_no_longer_than_a_step(dataset, write_config, tmp_path, monkeypatch):
    """Who is evaluated between two epochs acts as its checkpoint does; a step that fails leaves nothing behind."""
    trainer = Trainer(configured(dataset, write_config), "cpu", False, "bfloat16")
    train(trainer, 1)
    trainer.save_checkpoint(tmp_path / "model.pth")
    seen = {key: value[:6] for key, value in trainer.sequences.obs.items()}
    streams = torch.arange(6)
    loaded = load_policy(str(tmp_path / "model.pth"), "cpu", "mode")
    inside = BatchedPolicy(trainer.model, trainer.config, None, torch.device("cpu"), "mode")
    for policy in (loaded, inside):
        policy.begin(torch.arange(6), 6)
    for _ in range(3):
        assert torch.equal(inside.act(seen, streams), loaded.act(seen, streams))

    lstm = next(module for module in trainer.model.nets.modules() if isinstance(module, torch.nn.LSTM))
    monkeypatch.setattr(trainer.model, "_compute_losses", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        train(trainer, 1)
    assert "forward" not in vars(lstm)


FLAT = {"gmm": {"enabled": False}, "rnn": {"enabled": False}, "actor_layer_dims": [16]}


@pytest.mark.parametrize("native", [True, False])
def test_bfloat16_is_the_default_where_it_is_fast(dataset, write_config, monkeypatch, native):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": native})
    recurrent, flat = configured(dataset, write_config), configured(dataset, write_config, algo=FLAT)
    assert Trainer(recurrent, "cpu", False, "auto").precision == ("bfloat16" if native else "float32")
    assert Trainer(recurrent, "cpu", True, "auto").precision == "float32"
    assert Trainer(flat, "cpu", False, "auto").precision == "float32"
    with pytest.raises(OptionError, match="recurrent layers"):
        Trainer(flat, "cpu", False, "bfloat16")


def test_a_run_goes_on_in_the_precision_it_was_begun_with(options, monkeypatch):
    run(Train(options(epochs=1, precision="float32")))
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True})
    run(Train(options(epochs=2, resume=True)))
    assert json.loads((Path(options().output) / "run.json").read_text())["options"]["precision"] == "float32"
    with pytest.raises(OptionError, match="begun with --precision float32, not bfloat16"):
        run(Train(options(epochs=3, resume=True, precision="bfloat16")))


def test_sequences_are_robomimics(dataset, write_config):
    from robomimic.utils import obs_utils, train_utils

    for frames, length, pad in ((1, 10, True), (3, 4, True), (2, 5, False)):
        config = configured(dataset, write_config)
        config.unlock()
        config.train.frame_stack, config.train.seq_length = frames, length
        config.train.pad_seq_length = config.train.pad_frame_stack = pad
        obs_utils.initialize_obs_utils_with_config(config)
        theirs, _ = train_utils.load_data_for_training(config, obs_keys=config.all_obs_keys)
        found = find_demonstrations(config, values=False)
        mine = Sequences(found, found.train, ["actions"], length, frames, pad, pad, "cpu")
        assert len(mine) == len(theirs)
        batch = mine.batch(torch.arange(len(mine)))
        for index in range(len(theirs)):
            item = theirs[index]
            np.testing.assert_array_equal(batch["actions"][index], item["actions"])
            for key, value in item["obs"].items():
                np.testing.assert_array_equal(batch["obs"][key][index], value)


def test_a_run_says_what_it_is_and_how_it_goes(options):
    given = options(epochs=3, save_every=2)
    events = run(Train(given))
    epochs = [event for event in events if isinstance(event, EpochFinished)]
    assert [event.epoch for event in epochs] == [1, 2, 3] and all(event.of == 3 for event in epochs)
    assert epochs[-1].loss < epochs[0].loss and epochs[-1].eta_s == 0
    assert [event.epoch for event in events if isinstance(event, CheckpointSaved)] == [2, 3]
    assert isinstance(events[-1], StageFinished) and events[-1].outcome == "done"
    folder = Path(given.output)
    about = json.loads((folder / "run.json").read_text())
    assert len(about["inputs"]["dataset"]["sha256"]) == 64 and about["versions"]["robomimic"] == "0.3.0"
    assert json.loads((folder / "config.json").read_text())["train"]["num_epochs"] == 3
    assert list((folder / "tensorboard").iterdir()) and len(log(given)) == 3


@pytest.mark.parametrize("exact", [True, False])
def test_a_run_that_was_cut_off_goes_on_to_the_same_weights(options, tmp_path, exact, monkeypatch):
    monkeypatch.setattr("isaaclab_mimic_core.stages.learning.train._STATE_EVERY", 0.0)
    whole = options(output=str(tmp_path / "whole"), exact=exact)
    run(Train(whole))
    cut = options(output=str(tmp_path / "cut"), exact=exact)
    stage = Train(cut)
    with stage:
        for event in stage:
            if isinstance(event, EpochFinished) and event.epoch == 2:
                # As after a kill: nothing is asked to stop, and an epoch has begun that is lost.
                stage.step()
                break
    run(Train(options(output=cut.output, exact=exact, resume=True)))
    assert log(cut) == log(whole)
    last = "models/model_epoch_4.pth"
    ours, theirs = (torch.load(Path(o.output) / last, weights_only=True)["model"] for o in (cut, whole))
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


@pytest.mark.parametrize(("given", "threads"), [({}, 3), ({"threads": 2}, 2), ({"exact": True}, 5)])
def test_half_of_the_cores_are_left_to_others(options, given, threads, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(6)))
    torch.set_num_threads(5)
    run(Train(options(epochs=1, **given)))
    assert torch.get_num_threads() == threads
    assert json.loads((Path(options().output) / "run.json").read_text())["threads"] == threads


def test_a_stop_is_answered_within_an_epoch(options):
    with Train(options(epochs=1000)) as stage:
        while not stage.progress.done:
            stage.step()
        stage.request("stop")
        ending = stage.step()[-1]
    assert ending.outcome == "stopped" and stage.done


@pytest.mark.parametrize("epochs, long", [(10_000_000, True), (20, False)])
def test_a_run_of_days_is_warned_about_after_its_first_steps(options, epochs, long):
    """And only once."""
    warned, steps = [], []
    with Train(options(epochs=epochs)) as stage:
        while not stage.done:
            events = stage.step()
            warned += [event.message for event in events if isinstance(event, Warned)]
            steps += [event for event in events if isinstance(event, EpochFinished)]
            if len(steps) == 8:
                stage.request("stop")
    (said,) = [text for text in warned if "this training will take about" in text] or [""]
    assert bool(said) == long and ("fewer --epochs" in said) == long


def test_checkpoints_hold_the_normalisation_and_open_in_robomimic(options, dataset):
    from robomimic.utils.file_utils import policy_from_checkpoint

    given = options(epochs=1, sections={"train": {"hdf5_normalize_obs": True, "batch_size": 20}})
    run(Train(given))
    policy, _ = policy_from_checkpoint(ckpt_path=str(Path(given.output) / "models/model_epoch_1.pth"))
    with h5py.File(dataset) as file:
        seen = np.concatenate([demo["obs/object"][:] for demo in file["data"].values()])
        first = {key: file[f"data/demo_0/obs/{key}"][0] for key in ("eef_pos", "eef_quat", "gripper_pos", "object")}
    stats = policy.obs_normalization_stats["object"]
    np.testing.assert_allclose(stats["mean"][0], seen.mean(axis=0), rtol=1e-4)
    np.testing.assert_allclose(stats["std"][0], seen.std(axis=0) + 1e-3, rtol=1e-4)
    policy.start_episode()
    assert policy(ob=first).shape == (7,)


def test_other_algorithms_train_through_robomimics_own_step(options):
    """A flat policy, and a recurrent one without a mixture."""
    for name, algo in {"flat": FLAT, "recurrent": {"gmm": {"enabled": False}}}.items():
        given = options(output=f"{options().output}-{name}", epochs=2, sections={"algo": algo})
        losses = [event.loss for event in run(Train(given)) if isinstance(event, EpochFinished)]
        assert losses[1] < losses[0]


def test_a_missing_observation_is_found_before_anything_is_written(options):
    modalities = {"obs": {"low_dim": ["eef_pos", "table_pos"], "rgb": [], "depth": [], "scan": []}}
    given = options(sections={"observation": {"modalities": modalities}})
    with pytest.raises(DatasetError, match="no demonstration has 'table_pos' in obs") as caught:
        run(Train(given))
    assert "It has eef_pos, eef_quat, gripper_pos, object:" in str(caught.value)
    assert not Path(given.output).exists()


def test_wrong_input_is_explained(options, dataset, tmp_path):
    cases = {
        "no such file": (InputFileError, {"dataset": str(tmp_path / "none.hdf5")}),
        "cannot be read": (InputFileError, {"config": str(tmp_path / "none.json")}),
        "is not one of auto": (OptionError, {"precision": "float8"}),
        "no run to resume": (InputFileError, {"resume": True}),
        "must be at least 0, not -1": (OptionError, {"epochs": -1}),
        "not an empty folder": (OutputError, {"output": str(dataset.parent)}),
        "robomimic trains in float32": (OptionError, {"exact": True, "precision": "bfloat16"}),
    }
    for words, (kind, changes) in cases.items():
        with pytest.raises(kind, match=words):
            Train(options(**changes))
    with pytest.raises(ConfigError, match="robomimic does not take it"):
        Train(options(sections={"train": {"learning_speed": 1}}))
    with pytest.raises(DatasetError, match="less than one batch"):
        run(Train(options(sections={"train": {"batch_size": 10_000}})))
    with pytest.raises(ConfigError, match="nothing to reproduce"):
        run(Train(options(exact=True, sections={"train": {"hdf5_normalize_obs": True}})))


def test_a_resumed_run_has_to_be_the_same(options, dataset, tmp_path):
    run(Train(options(epochs=1)))
    before = {path: path.read_bytes() for path in Path(options().output).rglob("*") if path.is_file()}
    other = tmp_path / "other.hdf5"
    other.write_bytes(dataset.read_bytes())
    with h5py.File(other, "r+") as file:
        file["data/demo_0/actions"][0, 0] = 0.5
    cases = {
        r"begun with --dataset .*demos\.hdf5, not .*other\.hdf5": {"dataset": str(other)},
        "begun with --exact off, not on": {"exact": True, "precision": "float32"},
        "begun with --config: train.batch_size 20, not 10": {"sections": {"train": {"batch_size": 10}}},
        "begun with --config: algo.optim_params.policy.learning_rate.initial": {
            "sections": {"algo": {"optim_params": {"policy": {"learning_rate": {"initial": 0.5}}}}}
        },
    }
    for said, changes in cases.items():
        with pytest.raises(OptionError, match=said):
            run(Train(options(**{"epochs": 2, "resume": True, **changes})))
    assert {path: path.read_bytes() for path in before} == before
    moved = tmp_path / "moved.hdf5"
    moved.write_bytes(dataset.read_bytes())
    assert run(Train(options(epochs=2, resume=True, dataset=str(moved), save_every=1)))[-1].summary["epochs"] == 2


def test_more_epochs_go_on_only_where_the_learning_rate_does_not_depend_on_them(options):
    linear = {"optim_params": {"policy": {"learning_rate": {"scheduler_type": "linear", "epoch_schedule": [4]}}}}
    run(Train(options(epochs=4, sections={"algo": linear})))
    with pytest.raises(OptionError, match=r"begun with --epochs 4, not 6 \(the learning rate follows it\)"):
        run(Train(options(epochs=6, resume=True, sections={"algo": linear})))


def test_evaluations_may_be_begun_later_but_not_changed(options):
    run(Train(options(epochs=1)))
    folder = Path(options().output)
    done = {"epochs": 1, "resume": True, "eval_every": 5}
    run(Train(options(**done, horizon=100)))
    assert json.loads((folder / "run.json").read_text())["options"]["horizon"] == 100
    with pytest.raises(OptionError, match="begun with --horizon 100, not 200"):
        run(Train(options(**done, horizon=200)))


def test_a_run_of_0_1_0_goes_on_with_what_it_holds(options, dataset):
    run(Train(options(epochs=1)))
    path = Path(options().output) / "run.json"
    about = json.loads(path.read_text())
    older = {
        **{name: about["options"][name] for name in ("task", "exact", "precision")},
        "dataset": str(dataset),
        "dataset_sha256": about["inputs"]["dataset"]["sha256"],
        "config": about["config"],
        "options": about["given"],
        "versions": {**about["versions"], "torch": "2.0.0"},
    }
    path.write_text(json.dumps(older))
    with pytest.raises(OptionError, match="begun with --exact off, not on"):
        run(Train(options(epochs=2, resume=True, exact=True, precision="float32")))
    events = run(Train(options(epochs=2, resume=True)))
    said = next(event.message for event in events if isinstance(event, Warned))
    assert said.startswith("The run was begun with torch 2.0.0, now ")
    assert json.loads(path.read_text())["manifest"] == 1
    path.write_text("{")
    with pytest.raises(InputFileError, match=r"run\.json: cannot be read"):
        run(Train(options(epochs=3, resume=True)))


def test_demonstrations_of_another_task_are_refused_unless_insisted(options):
    other = {"task": "Mimic-Lift-Box-Two-Franka-v0"}
    with pytest.raises(DatasetError, match="is of the task Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0, not of Mimic-Lift"):
        Train(options(**other))
    Train(options(any_task=True, **other)).close()
