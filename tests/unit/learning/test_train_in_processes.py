# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A training that several processes share is that of one process; whatever ends one of them leaves a run to resume."""

import json
import multiprocessing
import os
import signal
import time
from contextlib import nullcontext
from dataclasses import replace
from functools import partialmethod
from pathlib import Path
from types import SimpleNamespace

import h5py
import numpy as np
import pytest
import torch
from torch.distributed.elastic.multiprocessing import errors
from waiting import LIMIT

from isaaclab_mimic_core.cluster.train import TrainInProcesses
from isaaclab_mimic_core.errors import DeviceError, MimicError, OptionError
from isaaclab_mimic_core.events import CheckpointSaved, EpochFinished, StageFailed, StageFinished
from isaaclab_mimic_core.exit_status import UNEXPECTED, WRONG_INPUT
from isaaclab_mimic_core.learning import distributed
from isaaclab_mimic_core.learning.distributed import LeadingTraining, follow, lead
from isaaclab_mimic_core.learning.learners import get_learner
from isaaclab_mimic_core.learning.ranks import GO_ON, RankLost, Ranks
from isaaclab_mimic_core.options import TrainOptions
from isaaclab_mimic_core.remote import launch
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


def test_parameters_that_are_not_used_are_not_waited_for(options, tmp_path):
    kinds = {"rnn": {"enabled": False}, "gmm": {"enabled": False}, "gaussian": {"enabled": True, "fixed_std": True}}
    given = options(sections={"algo": {**kinds, "actor_layer_dims": [12]}, "train": {"seq_length": 1}})
    trainer = get_learner("robomimic").plan(request_of(given, None)).start()
    assert [tuple(each.shape) for each in trainer._unused] == [(7, 12), (7,)], "nothing is tested otherwise"
    losses, weights = curve(trainer)
    (answer, other) = together(2, given, curve, tmp_path)
    assert other == "ended" and not isinstance(answer, str), answer
    np.testing.assert_allclose(np.array(answer[0], float), np.array(losses, float), rtol=1e-6)
    for name, value in weights.items():
        np.testing.assert_allclose(answer[1][name], value, rtol=0, atol=1e-5, err_msg=name)


def test_processes_with_other_settings_are_refused_by_name(options, tmp_path, monkeypatch):
    real = get_learner("robomimic")
    other = SimpleNamespace(plan=lambda request: real.plan(replace(request, seed=7)))
    monkeypatch.setattr(distributed, "get_learner", lambda name: other)
    first, second = together(2, options(), curve, tmp_path)
    assert "process 1 of 2: " in first and "train.seed is 7, in the first process 101\n" in first
    assert second == "ended"


class Epochs:
    """A training whose steps take a time by a clock of their own, and the ranks that it is led with."""

    def __init__(self, steps: int):
        self.steps, self.seconds = steps, 1e-6
        self.clock = 0.0
        self.made = 0
        self.slices: list[int] = []

    def begin_epoch(self) -> None:
        self.made = 0

    def make_steps(self, count: int) -> bool:
        self.slices.append(count)
        made = min(count, self.steps - self.made)
        self.made += made
        self.clock += made * self.seconds
        return made < count

    def tell(self, words) -> None:
        pass

    guarded = staticmethod(nullcontext)


def test_slices_stay_short_however_short_epochs_are(monkeypatch):
    epochs = Epochs(steps=3)
    monkeypatch.setattr(distributed.time, "perf_counter", lambda: epochs.clock)
    leading = LeadingTraining(epochs, epochs)
    for _ in range(2000):
        leading.begin_epoch()
        while not leading.advance(0.1):
            pass
    assert max(epochs.slices) == 4 and epochs.slices[-1] == 4, "a whole epoch, and not more"
    epochs.steps, epochs.seconds = 1000, 1.0
    leading.begin_epoch()
    for _ in range(3):
        leading.advance(0.1)
    assert epochs.slices[-3:] == [4, 1, 1]


@pytest.mark.parametrize("paused", [False, True])
def test_a_stop_before_the_processes_start_is_not_lost(options, paused):
    with create_with("train", options(processes=2)) as stage:
        assert isinstance(stage, TrainInProcesses)
        stage.step()
        if paused:
            stage.request("pause")
            assert stage.step() == [] and stage.due > 0 and stage._client is None
        stage.request("stop")
        assert stage.step() == [StageFinished("train", "stopped")] and stage.done and stage._client is None


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


def failure(exitcode: int, timestamp: int = 0, message: object = "To enable traceback see") -> SimpleNamespace:
    """As torch's `ProcessFailure`."""
    return SimpleNamespace(exitcode=exitcode, timestamp=timestamp, message=message)


def test_the_launcher_names_who_failed_first():
    def ended(**codes: int) -> StageFailed | None:
        return launch.told({int(rank[1:]): failure(code) for rank, code in codes.items()}, 4)

    def said(**codes: int) -> str:
        failed = ended(**codes)
        assert failed is not None and failed.exit_code == WRONG_INPUT
        return failed.message

    assert said(r2=-9, r0=2, r1=-15) == f"process 2 of 4 was killed by SIGKILL, and the training with it\n  {GO_ON}"
    assert said(r0=-11).startswith("process 0 of 4 was killed by SIGSEGV")
    assert ended(r0=2) is None, "it has said why itself"
    assert said(r0=-15, r1=-15) == "The training was ended from outside."
    later = launch.told({1: failure(-9, 130), 3: failure(-11, 100), 0: failure(2, 90)}, 4)
    assert later is not None and later.message.startswith("process 3 of 4 was killed by SIGSEGV")


def test_the_launcher_says_why_a_process_failed(tmp_path, monkeypatch):
    def fail(ranks):
        raise RuntimeError("CUDA out of memory.\nTried to allocate 20.00 GiB")

    monkeypatch.setenv("TORCHELASTIC_ERROR_FILE", str(tmp_path / "error.json"))
    monkeypatch.setattr(distributed, "follow", fail)
    with pytest.raises(RuntimeError):
        errors.record(launch.follow_to_the_end)(Ranks(1, 2, 1, 2))
    first = errors.ProcessFailure(local_rank=1, pid=1, exitcode=1, error_file=str(tmp_path / "error.json"))
    failed = launch.told({0: failure(2, first.timestamp), 1: first}, 2)
    how, cause = "process 1 of 2 ended with exit code 1", " (RuntimeError: CUDA out of memory.)"
    assert failed == StageFailed(f"{how}{cause}, and the training with it\n  {GO_ON}", UNEXPECTED)
    # A library may end it without a word.
    assert launch.told({1: failure(1)}, 2) == StageFailed(failed.message.replace(cause, ""), UNEXPECTED)


@pytest.mark.parametrize("waits", [False, True])
def test_sigterm_stops_the_first_process_or_ends_it_soon(monkeypatch, waits):
    monkeypatch.setattr(launch, "_GRACE", 0.01 if waits else LIMIT)
    channel = SimpleNamespace(parent_gone=False)

    def be() -> None:
        launch.stop_on_sigterm(channel)
        os.kill(os.getpid(), signal.SIGTERM)
        while waits or not channel.parent_gone:
            time.sleep(0.001)

    process = multiprocessing.get_context("fork").Process(target=be)
    process.start()
    process.join(LIMIT)
    assert process.exitcode == (128 + signal.SIGTERM if waits else 0)


def test_only_what_tells_of_others_is_taken_for_a_lost_process():
    ranks = Ranks(0, 2, 0, 2)
    leading = LeadingTraining(Epochs(1), SimpleNamespace(tell=list, guarded=ranks.guarded))
    lost = torch.distributed.DistBackendError("NCCL communicator was aborted\n#0 somewhere")
    with pytest.raises(RankLost) as caught, ranks.guarded():
        raise lost
    assert str(caught.value) == "another process of this training has ended (NCCL communicator was aborted)"
    with pytest.raises(RankLost) as caught, leading._telling("begin_epoch"):
        raise lost
    assert str(caught.value).endswith(GO_ON)
    with pytest.raises(RuntimeError, match="shapes differ"), ranks.guarded():
        raise RuntimeError("shapes differ")


def test_processes_that_do_not_find_each_other_have_nothing_to_resume(monkeypatch):
    def fail(*_, **__):
        raise torch.distributed.DistNetworkError("The client socket has timed out")

    monkeypatch.setattr(torch.distributed, "init_process_group", fail)
    with pytest.raises(RankLost) as caught:
        Ranks(0, 2, 0, 2).join()
    assert str(caught.value).startswith("the processes could not connect (The client socket has timed out)\n")
    assert "--resume" not in str(caught.value)
