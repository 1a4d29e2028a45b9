# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A training that several processes share is that of one process; whatever ends one of them leaves a run to resume."""

import json
import multiprocessing
import os
import signal
from dataclasses import replace
from functools import partialmethod
from pathlib import Path
from types import SimpleNamespace

import h5py
import numpy as np
import pytest
import torch
from waiting import LIMIT

from isaaclab_mimic_core.cluster.train import TrainInProcesses
from isaaclab_mimic_core.errors import DeviceError, MimicError, OptionError
from isaaclab_mimic_core.events import CheckpointSaved, EpochFinished
from isaaclab_mimic_core.learning import distributed
from isaaclab_mimic_core.learning.distributed import follow, lead
from isaaclab_mimic_core.learning.learners import get_learner
from isaaclab_mimic_core.learning.ranks import RankLost, Ranks
from isaaclab_mimic_core.options import TrainOptions
from isaaclab_mimic_core.remote.launch import told
from isaaclab_mimic_core.stages import create_with
from isaaclab_mimic_core.stages.learning.train import Train, request_of

EPOCHS = 4


@pytest.fixture
def options(dataset, write_config, tmp_path):
    """Makes options for a small training."""

    def make(**changes) -> TrainOptions:
        given = {"dataset": str(dataset), "config": write_config(**changes.pop("sections", {})), "device": "cpu"}
        return TrainOptions(
            **{"output": str(tmp_path / "run"), "epochs": EPOCHS, "precision": "float32", **given, **changes}
        )

    return make


def together(size: int, options: TrainOptions, first, folder: Path) -> list:
    """Do something with the training of rank 0 while others follow, each in a process; return what they answer.

    Forked, they need not import anything again.
    """
    fork = multiprocessing.get_context("fork")
    answers = fork.Queue()
    store = f"file://{folder / 'store'}"

    def answer(ranks: Ranks):
        if ranks.rank:
            follow(ranks)
            return "ended"
        request = replace(request_of(options, None), ranks=ranks)
        training = lead(get_learner("robomimic").plan(request), "robomimic", request)
        answer = first(training)
        training.close()
        return answer

    def be(rank: int) -> None:
        Ranks.join = partialmethod(JOIN, store)
        try:
            answers.put((rank, answer(Ranks(rank, size, rank, size))))
        except BaseException as error:
            answers.put((rank, f"{type(error).__name__}: {error}"))

    processes = [fork.Process(target=be, args=(rank,)) for rank in range(size)]
    for each in processes:
        each.start()
    said = dict(answers.get(timeout=LIMIT) for _ in processes)
    for each in processes:
        each.join()
    return [said[rank] for rank in range(size)]


JOIN = Ranks.join


def curve(training) -> tuple:
    losses = []
    while training.epoch < EPOCHS:
        training.begin_epoch()
        while not training.advance(0.01):
            pass
        losses.append((training.loss, training.validation_loss))
    return losses, {name: value.numpy().copy() for name, value in training.model.serialize().items()}


@pytest.fixture
def held_back(dataset, tmp_path) -> dict:
    """Options of a training with a validation, on fewer sequences than a batch has."""
    path = tmp_path / "masked.hdf5"
    path.write_bytes(dataset.read_bytes())
    with h5py.File(path, "r+") as file:
        file["mask/train"] = np.array([f"demo_{number}" for number in range(1, 10)], "S8")
        file["mask/valid"] = np.array(["demo_0"], "S8")
    masks = {"hdf5_filter_key": "train", "hdf5_validation_filter_key": "valid"}
    return {"dataset": str(path), "sections": {"train": masks, "experiment": {"validate": True}}}


@pytest.mark.parametrize("size", [2, 3])
def test_shared_batches_teach_what_whole_ones_do(options, held_back, tmp_path, size):
    given = options(**held_back)
    alone = curve(get_learner("robomimic").plan(request_of(given, None)).start())
    answer, *others = together(size, given, curve, tmp_path)
    assert others == ["ended"] * (size - 1) and not isinstance(answer, str), answer
    losses, weights = answer
    assert all(validation for _, validation in losses)
    np.testing.assert_allclose(np.array(losses, float), np.array(alone[0], float), rtol=1e-6)
    for name, value in alone[1].items():
        np.testing.assert_allclose(weights[name], value, rtol=0, atol=1e-5, err_msg=name)


def test_any_number_of_processes_goes_on_with_a_run(options, tmp_path):
    given, state = options(), tmp_path / "state.pt"

    def begin(training):
        for _ in range(2):
            training.begin_epoch()
            while not training.advance(0.01):
                pass
        training.save_state(state, {"said": "more"})
        # Not saved, and lost.
        training.begin_epoch()
        training.advance(0.0)

    def go_on(training):
        assert training.load_state(state) == {"said": "more"} and training.epoch == 2
        return curve(training)

    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
    assert together(2, given, begin, tmp_path / "first") == [None, "ended"]
    ((losses, weights), *_) = together(3, given, go_on, tmp_path / "second")
    alone = get_learner("robomimic").plan(request_of(given, None)).start()
    whole = curve(alone)
    np.testing.assert_allclose(losses[-1][0], whole[0][-1][0], rtol=1e-6)
    for name, value in whole[1].items():
        np.testing.assert_allclose(weights[name], value, rtol=0, atol=1e-5, err_msg=name)


def test_the_first_process_stops_the_others_within_an_epoch_and_ends_with_them(options, tmp_path):
    def stop(training):
        training.begin_epoch()
        training.advance(0.0)
        training.advance(0.0)
        return training.steps_done

    assert together(2, options(), stop, tmp_path) == [2, "ended"]


def test_what_cannot_begin_in_one_process_begins_in_none(options, tmp_path, monkeypatch):
    monkeypatch.setattr(distributed, "_versions", lambda: {"pid": str(os.getpid())})
    first, second = together(2, options(), curve, tmp_path)
    assert "PlatformError: process 1 of 2: has {'pid'" in first and "Install the same versions" in first
    assert second == "ended"


def rank_processes(launcher: int) -> dict[int, int]:
    """Return the processes that a launcher has started, by rank."""
    found = {}
    for pid in map(int, Path(f"/proc/{launcher}/task/{launcher}/children").read_text().split()):
        about = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        found |= {int(each[5:]): pid for each in about if each.startswith(b"RANK=")}
    return found


def test_a_killed_process_ends_the_training_and_one_process_goes_on(options):
    stage = create_with("train", options(epochs=1_000_000, processes=2, save_every=1))
    assert isinstance(stage, TrainInProcesses)
    saved, pids = [], {}
    with (
        pytest.raises(MimicError, match=r"process 1 of 2 was killed by SIGKILL(?s:.*)go on with --resume") as caught,
        stage,
    ):
        for event in stage:
            saved += [event] if isinstance(event, CheckpointSaved) else []
            if isinstance(event, EpochFinished) and event.epoch == 2:
                pids = rank_processes(stage._client.pid)
                os.kill(pids[1], signal.SIGKILL)
    assert str(caught.value).count("\n") == 1 and len(pids) == 2
    assert not [pid for pid in pids.values() if Path(f"/proc/{pid}").exists()]
    for each in saved:
        assert torch.load(each.path, weights_only=True)["model"]
    assert json.loads((Path(options().output) / "run.json").read_text())["processes"] == 2
    with Train(options(epochs=2, resume=True)) as again:
        losses = [event.loss for event in again if isinstance(event, EpochFinished)]
    whole = curve(get_learner("robomimic").plan(request_of(options(), None)).start())[0]
    np.testing.assert_allclose(losses, [loss for loss, _ in whole[:2]], rtol=1e-6)


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"exact": True}, OptionError, "--exact: robomimic's own loop is one process"),
        ({"device": "cuda:1"}, OptionError, "--device cuda:1: each of several processes has a GPU of its own"),
        ({"viz": "viser"}, OptionError, "show no live view"),
        ({"processes": 257}, OptionError, "--processes: must be from 0 to 256"),
        ({"sections": {"train": {"hdf5_load_next_obs": True}}}, OptionError, "no images, goals or next_obs"),
    ],
)
def test_what_several_processes_cannot_do_is_refused_by_name(options, changes, error, words):
    given = options(**{"processes": 2, **changes})
    with pytest.raises(error, match=words):
        create_with("train", given)
    assert not Path(given.output).exists()


def test_more_processes_than_a_batch_has_sequences_are_refused(options, tmp_path):
    first, second = together(2, options(sections={"train": {"batch_size": 1}}), curve, tmp_path)
    assert "2 processes cannot share batches of 1" in first and second == "ended"


def test_what_torchrun_has_started_starts_no_more(options, monkeypatch):
    for name, value in {"TORCHELASTIC_RUN_ID": "a", "RANK": 0, "WORLD_SIZE": 2}.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setenv("LOCAL_RANK", "0")
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    with pytest.raises(OptionError, match="--processes: torch's launcher has started the processes"):
        create_with("train", options(processes=2))


def test_without_gpus_one_process_trains(options, monkeypatch):
    with create_with("train", options(processes=0)) as stage:
        assert isinstance(stage, Train)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert Ranks(1, 2, 1, 2).device("auto") == "cuda:1"
    with pytest.raises(DeviceError, match="--processes: 3 processes for 2 GPUs"):
        Ranks(0, 3, 0, 3).device("cuda")


def test_shares_of_a_batch_are_nearly_equal_and_weigh_what_they_are():
    for size in (1, 2, 3, 7):
        parts = [Ranks(rank, size, rank, size) for rank in range(size)]
        for count in (1, 7, 20):
            shares = [each.share(torch.arange(count)) for each in parts]
            assert torch.cat(shares).tolist() == list(range(count))
            assert [len(share) / count for share in shares] == [each.weight(count) for each in parts]


def test_the_launcher_names_who_failed_first():
    def ended(**codes: int) -> str:
        return told({int(rank[1:]): SimpleNamespace(exitcode=code) for rank, code in codes.items()}, 4)

    assert ended(r2=-9, r0=2, r1=-15).startswith("process 2 of 4 was killed by SIGKILL")
    assert ended(r3=1).startswith("process 3 of 4 ended with exit code 1")
    assert ended(r0=-11).startswith("process 0 of 4 was killed by SIGSEGV")
    assert ended(r0=2) == "", "it has said why itself"
    assert ended(r0=-15, r1=-15) == "The training was ended from outside."


def test_only_what_tells_of_others_is_taken_for_a_lost_process():
    ranks = Ranks(0, 2, 0, 2)
    with pytest.raises(RankLost, match="another process of this training has ended"), ranks.guarded():
        raise torch.distributed.DistBackendError("NCCL communicator was aborted")
    with pytest.raises(RuntimeError, match="shapes differ"), ranks.guarded():
        raise RuntimeError("shapes differ")
