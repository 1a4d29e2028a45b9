# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Policies that see are trained in two parts, and their checkpoints are whole networks of robomimic's."""

import json
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch

from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, Episode
from isaaclab_mimic_core.errors import ConfigError, DatasetError, MimicError, OptionError
from isaaclab_mimic_core.events import DurationEstimated, EncodersTrained, EpochFinished, PhaseStarted
from isaaclab_mimic_core.learning.api import PolicySpec
from isaaclab_mimic_core.learning.robomimic import encoder_training
from isaaclab_mimic_core.learning.robomimic.augmentation import recoloured, shifted
from isaaclab_mimic_core.learning.robomimic.config import read_config
from isaaclab_mimic_core.learning.robomimic.held_out import (
    MAX_FRAMES,
    equal_demonstrations,
    frames_to_measure,
    hold_out,
    sample_demonstrations,
)
from isaaclab_mimic_core.learning.robomimic.images import Blocks, FrameReader
from isaaclab_mimic_core.learning.robomimic.policy import load_policy
from isaaclab_mimic_core.learning.robomimic.visuomotor import NoisyBatches
from isaaclab_mimic_core.learning.rollouts import Disturbance, _Disturbed
from isaaclab_mimic_core.options import TrainOptions
from isaaclab_mimic_core.stages.learning.train import Train

TASK = "Isaac-Stack-Cube-Franka-IK-Rel-Visuomotor-Mimic-v0"
SIZE = 24
SAMPLES = 20


@pytest.fixture(scope="module")
def pictures(tmp_path_factory) -> Path:
    """Demonstrations of a cube in the plane, which a camera sees from above as a bright spot."""
    path = tmp_path_factory.mktemp("visuomotor") / "demos.hdf5"
    random = np.random.default_rng(0)
    with DatasetWriter(path, {"env_name": TASK, "type": 2, "env_kwargs": {}}) as writer:
        for _ in range(10):
            # Where it is before the first action and after each one [m].
            cube = random.uniform(-0.3, 0.3, (SAMPLES + 1, 2))
            images = np.full((SAMPLES, SIZE, SIZE, 3), 30, np.uint8)
            for image, (x, y) in zip(images, ((cube[:-1] + 0.3) / 0.6 * (SIZE - 6)).round().astype(int), strict=True):
                image[x : x + 6, y : y + 6] = (220, 60, 40)
            poses = np.zeros((SAMPLES + 1, 7), np.float32)
            poses[:, :2], poses[:, 6] = cube, 1.0
            hand = random.uniform(-0.2, 0.2, (SAMPLES, 3)).astype(np.float32)
            data = {
                "actions": np.pad(cube[:-1] - hand[:, :2], ((0, 0), (0, 5))).astype(np.float32),
                "obs/eef_pos": hand,
                "obs/eef_quat": np.tile(np.float32([0, 0, 0, 1]), (SAMPLES, 1)),
                "obs/gripper_pos": random.uniform(0, 1, (SAMPLES, 2)).astype(np.float32),
                "obs/table_cam": images,
                "initial_state/rigid_object/cube/root_pose": poses[:1],
                "states/rigid_object/cube/root_pose": poses[1:],
            }
            writer.add(Episode(data, {"success": True}))
    return path


@pytest.fixture
def train(pictures, tmp_path) -> Callable[..., Train]:
    """Makes a training with a small version of the task's own configuration."""

    def make(
        output: str = "run", dataset: Path = pictures, resume: bool = False, exact: bool = False, **changes
    ) -> Train:
        raw = read_config("", TASK)[0]
        for section, values in changes.pop("sections", {}).items():
            _merge(raw[section], values)
        raw["experiment"] |= {"epoch_every_n_steps": 10}
        raw["algo"]["rnn"]["hidden_dim"] = 16
        raw["train"] |= {"batch_size": 20, "num_epochs": 2}
        first = {
            "num_epochs": 3,
            "epoch_every_n_steps": 30,
            "batch_size": 32,
            "shift_pixels": 1,
            "held_out": 0.2,
            "every_n_frames": 1,
        }
        raw["train"]["encoder_pretraining"] |= first | {"learning_rate": 3e-3, **changes.pop("pretraining", {})}
        raw["observation"]["modalities"]["obs"]["rgb"] = ["table_cam"]
        raw["observation"]["encoder"]["rgb"]["core_kwargs"]["pool_kwargs"]["num_kp"] = 8
        for key, value in changes.items():
            raw["train"][key] = value
        path = tmp_path / "config.json"
        path.write_text(json.dumps(raw))
        options = TrainOptions(
            task=TASK,
            dataset=str(dataset),
            config=str(path),
            output=str(tmp_path / output),
            device="cpu",
            threads=1,
            # Of a CPU with bfloat16 the same thresholds are asked.
            precision="float32",
            resume=resume,
            exact=exact,
        )
        return Train(options)

    return make


def _merge(into: dict, values: dict) -> None:
    for key, value in values.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def weights(folder: Path) -> dict[str, torch.Tensor]:
    model = torch.load(folder / "models" / "model_epoch_2.pth", weights_only=True)["model"]
    return {"/".join(map(str, key)): value for key, value in _flat(model, ())}


def _flat(tree, path):
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, (*path, key))
        else:
            yield (*path, key), value


def test_encoders_are_trained_then_a_policy_that_sees(train, pictures, tmp_path, monkeypatch):
    from robomimic.utils import obs_utils
    from robomimic.utils.file_utils import policy_from_checkpoint

    # Every step of a training is one of the stage.
    monkeypatch.setattr("isaaclab_mimic_core.stages.learning.train._SLICE", 0.0)
    measured = []

    def noted(method):
        def measure(sample, training):
            measured.append(method(sample, training))
            return measured[-1]

        return measure

    for name in ("covariance", "regression"):
        monkeypatch.setattr(encoder_training._Sample, name, noted(getattr(encoder_training._Sample, name)))
    with train(pretraining={"epoch_every_n_steps": 60}) as stage:
        told, parts = [], []
        while not stage.done:
            told += stage.step()
            parts.append(stage.progress.fraction)
        # What is trained on is what the checkpoint's own encoders make of the images.
        trainer = stage._trained
        known = trainer.sequences.obs["table_cam features"]
    # What the noise does to the positions as they depend on the features is the error that what is held out has more.
    held_out, trained_on, slopes = measured
    values, vectors = torch.linalg.eigh(held_out - trained_on)
    wanted = vectors * values.clamp(min=0.0) @ vectors.T
    noise = trainer._encoder_training.noise
    slopes = slopes[:, : noise.shape[1]]
    moved = noise.double() @ slopes.T
    # Heights do not vary here, so that no feature changes them.
    possible = slopes @ torch.linalg.pinv(slopes, rtol=0.01)
    assert (possible @ wanted).trace() > 0.8 * wanted.trace()
    wanted = possible @ wanted @ possible.T
    torch.testing.assert_close(moved.T @ moved, wanted, rtol=1e-3, atol=1e-3 * float(wanted.trace()))
    assert wanted.trace() > 1e-4 and torch.isfinite(noise).all()
    phases = [event.phase for event in told if isinstance(event, PhaseStarted)]
    assert phases[-4:] == [
        "Checking the images",
        "Training the encoders",
        "Computing the features of all images",
        "Training",
    ]
    encoders = [event for event in told if isinstance(event, EncodersTrained)]
    assert [event.epoch for event in encoders] == [1, 2, 3]
    # A pixel is 33 mm; a guess would be more than 200 mm off.
    assert encoders[-1].figures["held_out_environment_mm"] < 30
    assert len(set(parts)) > 180, "progress within an epoch"
    assert [event.phase for event in told if isinstance(event, DurationEstimated)] == [
        "Training the encoders",
        "Training",
    ]
    log = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert [line["kind"] for line in log] == ["encoders"] * 3 + ["epoch"] * 2

    path = str(tmp_path / "run" / "models" / "model_epoch_2.pth")
    theirs, _ = policy_from_checkpoint(ckpt_path=path)
    ours = load_policy(path, "cpu")
    with DatasetReader(pictures) as reader:
        data = reader.read("demo_3").data
    given = {key: torch.as_tensor(data[f"obs/{key}"][:3]) for key in ours.spec.observations}
    assert set(given) == {"eef_pos", "eef_quat", "gripper_pos", "table_cam"}
    ours.begin(torch.arange(3), 3)
    streams = torch.zeros(3, dtype=torch.long)
    ours.act(given, streams)
    network = ours._model.nets["policy"]
    core = network.nets["encoder"].nets["obs"].obs_nets["table_cam"]
    images = obs_utils.process_obs(given["table_cam"].float(), obs_key="table_cam")
    torch.testing.assert_close(core(images).relu(), known[3 * SAMPLES : 3 * SAMPLES + 3], atol=1e-4, rtol=1e-4)
    assert 0.3 < float(known.std(dim=0).median()) < 3.0
    # robomimic's own policy of one environment has the same distribution.
    theirs.start_episode()
    seen = {key: data[f"obs/{key}"][0].astype(np.float32) for key in given}
    seen["table_cam"] = obs_utils.process_obs(seen["table_cam"], obs_key="table_cam")
    prepared = theirs._prepare_observation(dict(seen))
    distribution, _ = theirs.policy.nets["policy"].forward_train_step(prepared)
    mode = load_policy(path, "cpu", "mode")
    mode.begin(torch.arange(3), 3)
    chosen = distribution.mixture_distribution.logits.argmax(dim=-1)
    best = distribution.component_distribution.base_dist.loc[0, chosen[0]]
    torch.testing.assert_close(mode.act(given, streams)[0], best, atol=1e-5, rtol=1e-4)
    # What is seen decides.
    mode.begin(torch.arange(3), 3)
    dark = mode.act({**given, "table_cam": torch.zeros_like(given["table_cam"])}, streams)
    assert (dark[0] - best).abs().max() > 1e-3


@pytest.mark.parametrize("until", ["an epoch of the encoders", "an epoch of the policy"])
def test_what_was_cut_off_goes_on_to_the_same_weights(train, tmp_path, monkeypatch, until):
    monkeypatch.setattr("isaaclab_mimic_core.stages.learning.train._STATE_EVERY", 0.0)
    with train("whole") as stage:
        list(stage)
    kind = EncodersTrained if until == "an epoch of the encoders" else EpochFinished
    with train("cut") as stage:
        for event in stage:
            if isinstance(event, kind):
                stage.step()
                break
    with train("cut", resume=True) as stage:
        again = [event.epoch for event in stage if isinstance(event, EncodersTrained)]
    assert again == ([2, 3] if kind is EncodersTrained else [])
    ours, theirs = weights(tmp_path / "cut"), weights(tmp_path / "whole")
    assert ours.keys() == theirs.keys() and all(torch.equal(ours[name], theirs[name]) for name in ours)
    lines = [(tmp_path / name / "log.jsonl").read_text().splitlines() for name in ("cut", "whole")]
    cut, whole = ([(each["kind"], each["loss"]) for each in map(json.loads, text)] for text in lines)
    assert cut == whole


REFUSED = {
    "an unknown setting": ({"pretraining": {"speed": 1}}, "encoder_pretraining.speed = 1"),
    "no epoch": ({"pretraining": {"num_epochs": 0}}, "num_epochs: is 0"),
    "everything held out": ({"pretraining": {"held_out": 1.0}}, "held_out: is 1.0"),
    "a hand that is not there": ({"pretraining": {"hands": [["eef_pos", "eef_rot"]]}}, "hands: names 'eef_rot'"),
    "a hand without a quaternion": ({"pretraining": {"hands": [["eef_pos"]]}}, "hands: is"),
    "features that no layer scales": (
        {"sections": {"observation": {"encoder": {"rgb": {"core_kwargs": {"feature_dimension": None}}}}}},
        r"core_kwargs\.feature_dimension: is null",
    ),
    "features in two dimensions": (
        {"sections": {"observation": {"encoder": {"rgb": {"core_kwargs": {"flatten": False}}}}}},
        r"core_kwargs\.flatten: cannot be had",
    ),
    "a policy with a latent space": (
        {"sections": {"algo": {"vae": {"enabled": True}, "gmm": {"enabled": False}, "rnn": {"enabled": False}}}},
        r"algo\.vae\.enabled: cannot be had with train\.encoder_pretraining",
    ),
    "a word for the section": ({"encoder_pretraining": "yes"}, 'encoder_pretraining: is "yes"'),
}


@pytest.mark.parametrize(("changes", "words"), REFUSED.values(), ids=REFUSED)
def test_settings_without_an_effect_are_refused(train, tmp_path, changes, words):
    with pytest.raises(ConfigError, match=words), train(**changes) as stage:
        list(stage)
    assert not (tmp_path / "run" / "run.json").exists()


def test_a_policy_may_see_nothing_but_images(train, tmp_path):
    short = {"num_epochs": 1, "epoch_every_n_steps": 2}
    seen = {"observation": {"modalities": {"obs": {"low_dim": []}}}}
    with train(pretraining=short, sections=seen, num_epochs=1) as stage:
        list(stage)
    policy = load_policy(str(tmp_path / "run" / "models" / "model_epoch_1.pth"), "cpu")
    assert set(policy.spec.observations) == {"table_cam"}


def test_a_run_is_resumed_with_the_sections_that_it_was_begun_with(train, tmp_path):
    same = {
        "pretraining": {"num_epochs": 1, "epoch_every_n_steps": 2},
        "num_epochs": 1,
        # Without encoders trained first, images are not beside normalised observations.
        "hdf5_normalize_obs": False,
    }
    gaussian = {"actions": {"normalization": "gaussian"}}

    def refused(words: str, **changes) -> None:
        with pytest.raises(OptionError, match=words), train(resume=True, **same, **changes) as stage:
            list(stage)

    with train(**same, action_config=gaussian) as stage:
        list(stage)
    refused("--config: train.encoder_pretraining.num_epochs 1, not left out", encoder_pretraining=None)
    refused("--config: train.action_config.actions.normalization gaussian, not left out")
    # The other way round.
    path = tmp_path / "run" / "config.json"
    begun = json.loads(path.read_text())
    del begun["train"]["encoder_pretraining"]
    path.write_text(json.dumps(begun))
    refused("train.encoder_pretraining.num_epochs left out, not 1", action_config=gaussian)


def test_robomimics_own_loop_is_not_had_with_it(train):
    with pytest.raises(OptionError, match="does not train encoders first"):
        train(exact=True)


def test_images_are_checked_before_the_first_epoch(train, pictures, tmp_path):
    def damaged(change: Callable[[h5py.Group], None]) -> Path:
        path = tmp_path / "damaged.hdf5"
        path.write_bytes(pictures.read_bytes())
        with h5py.File(path, "r+") as file:
            change(file["data/demo_9"])
        return path

    def floats(demo):
        values = demo["obs/table_cam"][:].astype(np.float32)
        del demo["obs/table_cam"]
        demo["obs/table_cam"] = values

    def short(demo):
        values = demo["obs/table_cam"][:-2]
        del demo["obs/table_cam"]
        demo["obs/table_cam"] = values

    def stateless(demo):
        del demo["states"]

    for change, words in ((floats, "table_cam"), (short, "has 18 rows, not 20"), (stateless, "states")):
        with pytest.raises(DatasetError, match=words) as caught, train(dataset=damaged(change)) as stage:
            list(stage)
        assert "demo_9" in str(caught.value) and not (tmp_path / "run" / "run.json").exists()

    path = damaged(lambda demo: None)
    with h5py.File(path) as file:
        array = file["data/demo_9/obs/table_cam"]
        place = array.id.get_chunk_info(0).byte_offset
    content = bytearray(path.read_bytes())
    content[place + 2 : place + 40] = bytes(38)
    path.write_bytes(content)
    with train(dataset=path) as stage, pytest.raises(DatasetError, match="table_cam is damaged") as caught:
        while not any(isinstance(event, EncodersTrained) for event in stage.step()):
            pass
    assert "demo_9" in str(caught.value)


def test_images_are_varied_each_in_its_own_way():
    images = torch.arange(2 * 5 * 5 * 3).reshape(2, 5, 5, 3).to(torch.uint8)
    assert shifted(images, 0, torch.Generator()) is images
    moved = shifted(images.repeat(32, 1, 1, 1), 1, torch.Generator().manual_seed(0))
    assert moved.shape == (64, 5, 5, 3)
    wanted = [torch.roll(images, (x, y), (1, 2))[:, 1:4, 1:4] for x in (-1, 0, 1) for y in (-1, 0, 1)]
    kinds = {next(k for k, w in enumerate(wanted) if torch.equal(moved[i, 1:4, 1:4], w[i % 2])) for i in range(64)}
    assert kinds == set(range(9))

    plain = torch.rand(16, 3, 4, 4, generator=torch.Generator().manual_seed(0)) * 0.5 + 0.2
    assert torch.equal(recoloured(plain.clone(), 0.0, torch.Generator()), plain)
    varied = recoloured(plain.clone(), 0.3, torch.Generator().manual_seed(0))
    assert varied.min() >= 0.0 and varied.max() <= 1.0
    change = (varied.mean(dim=(2, 3)) / plain.mean(dim=(2, 3))).std(dim=0)
    assert (change > 0.02).all() and (change < 0.4).all()


class Rows:
    """The rows of demonstrations, without a file."""

    def __init__(self, lengths: list[int]):
        self.names = [f"demo_{index}" for index in range(len(lengths))]
        self._begins = np.concatenate([[0], np.cumsum(lengths)])

    def rows(self, index: int, every: int = 1) -> np.ndarray:
        return np.arange(self._begins[index], self._begins[index + 1], every)


def test_renderings_of_one_demonstration_are_held_out_together():
    # Three renderings of each of four demonstrations, two of which differ in one number only.
    values = torch.rand(4, 5, 3, generator=torch.Generator().manual_seed(0))
    values[3] = values[2]
    values[3, 4, 2] += 1e-3
    alike = equal_demonstrations(Rows([5] * 12), values.repeat_interleave(3, dim=0).flatten(0, 1))
    assert alike == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    chosen = set()
    for seed in range(20):
        for part, groups in ((0.01, 1), (0.25, 1), (0.5, 2), (0.9, 3)):
            kept, out = hold_out(alike, part, seed)
            assert sorted(kept + out) == list(range(12)) and len(out) == 3 * groups
            assert not {alike[index] for index in kept} & {alike[index] for index in out}
            assert (kept, out) == hold_out(alike, part, seed)
            chosen.add(tuple(out))
    assert len(chosen) > 10
    # Of two, one is kept, whatever the part.
    assert all(len(part) == 1 for part in hold_out([0, 1], 0.9, 1))


def test_frames_that_are_measured_are_of_all_times_of_a_demonstration():
    reader = Rows([100 + index % 3 for index in range(300)])
    drawn = sample_demonstrations(list(range(0, 300, 2)), 1)
    assert len(drawn) == len(set(drawn)) == 64 and all(index % 2 == 0 for index in drawn)
    assert max(drawn) > 150 and drawn == sample_demonstrations(list(range(0, 300, 2)), 1) != sample_demonstrations(
        list(range(0, 300, 2)), 2
    )
    assert sample_demonstrations([3, 5], 1) == [3, 5]
    for indices in (drawn, list(range(300)), [7]):
        frames = frames_to_measure(reader, indices)
        whole = np.concatenate([reader.rows(index) for index in indices])
        seen = np.concatenate(list(frames.values()))
        every = -(-len(whole) // MAX_FRAMES)
        np.testing.assert_array_equal(seen, whole[::every])
        assert all(set(frames[index]) <= set(reader.rows(index)) for index in frames)
        assert len(seen) <= MAX_FRAMES
    within = [
        row - reader.rows(index)[0]
        for index, rows in frames_to_measure(reader, list(range(300))).items()
        for row in rows
    ]
    assert np.histogram(within, bins=4, range=(0, 100))[0].min() > 150


def test_every_frame_is_in_one_block_of_a_pass(pictures, monkeypatch):
    from isaaclab_mimic_core.learning.robomimic import images
    from isaaclab_mimic_core.learning.robomimic.demonstrations import Demonstrations

    names = [f"demo_{i}" for i in range(10)]
    shapes = {"obs/table_cam": (SIZE, SIZE, 3)}
    found = Demonstrations(pictures, names, [], ["table_cam"], ["actions"], False, {}, shapes, 0)
    reader = FrameReader(found, names, np.full(10, SAMPLES), ["table_cam"])
    # Three demonstrations of ten frames fit.
    monkeypatch.setattr(images, "free_memory", lambda: 3.1 * 10 * reader.frame_bytes / 0.4)
    blocks = Blocks(reader, list(range(8)), 2, seed=1)
    assert blocks.count == 3

    def rows(epoch: int) -> list[int]:
        monkeypatch.setattr(images, "free_memory", lambda: 1e9)
        list(blocks.load(epoch))
        assert len(blocks.images["table_cam"]) == len(blocks.rows)
        return blocks.rows.tolist()

    first, second = ([rows(3 * turn + epoch) for epoch in (1, 2, 3)] for turn in range(2))
    wanted = [row for row in range(8 * SAMPLES) if row % 2 == 0]
    assert sorted(chain(*first)) == sorted(chain(*second)) == wanted and first != second
    with h5py.File(pictures) as file:
        seen = np.concatenate([file[f"data/{name}/obs/table_cam"][:] for name in names])
    np.testing.assert_array_equal(blocks.images["table_cam"].numpy(), seen[blocks.rows.numpy()])
    monkeypatch.setattr(images, "free_memory", lambda: 10.0)
    with pytest.raises(MimicError, match="GiB of memory for 30 frames"):
        list(blocks.load(1))


def test_noise_is_that_of_the_errors_and_the_same_in_a_sequence():
    factor = torch.tensor([[0.3, 0.0, 0.1], [0.0, 0.0, 0.0], [0.0, 0.0, 0.05]])

    class Batches:
        one_pass = 1

        def epoch(self, number, steps):
            for _ in range(steps):
                yield {
                    "actions": torch.zeros(4000, 2),
                    "obs": {"a": torch.full((4000, 5, 2), 9.0), "b": torch.zeros(4000, 5, 1) + 9},
                }

    noisy = NoisyBatches(Batches(), {"a": 2, "b": 1}, factor, seed=1)
    (batch,) = noisy.epoch(1, 1)
    drawn = torch.cat([batch["obs"]["a"], batch["obs"]["b"]], dim=-1) - 9.0
    assert torch.equal(drawn[:, :1].expand_as(drawn), drawn)
    torch.testing.assert_close(torch.cov(drawn[:, 0].T), factor.T @ factor, atol=5e-3, rtol=0.1)
    (again,), (other,) = noisy.epoch(1, 1), noisy.epoch(2, 1)
    assert torch.equal(again["obs"]["a"], batch["obs"]["a"]) and not torch.equal(other["obs"]["a"], batch["obs"]["a"])


def test_noise_is_added_to_numbers_and_not_to_images():
    class Seeing:
        spec = PolicySpec({"camera": (8, 8, 3), "eef_pos": (3,)}, 7)

    image = torch.randint(0, 256, (500, 8, 8, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    seen = {"camera": image.clone(), "eef_pos": torch.ones(500, 3)}
    noisy = _Disturbed(Disturbance(0.1), Seeing()).observe(seen, torch.arange(500), torch.zeros(500, dtype=torch.long))
    assert noisy["camera"].dtype == torch.uint8 and torch.equal(noisy["camera"], image)
    torch.testing.assert_close(noisy["eef_pos"].std(dim=0), torch.full((3,), 0.1), rtol=0.15, atol=0.0)
    assert (noisy["eef_pos"].mean(dim=0) - 1.0).abs().max() < 0.02
