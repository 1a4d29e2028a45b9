# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""After `kill -9` a training goes on to the loss curve and the weights of one that was never cut off."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import torch

import isaaclab_mimic_core
from isaaclab_mimic_core.options import TrainOptions
from isaaclab_mimic_core.stages.learning.train import Train

EPOCHS = 5
STEPS = 60
"""An epoch has so many that a kill falls into one."""
# The state is saved after every epoch here, not every half minute.
PROGRAM = """
import sys
from isaaclab_mimic_core import cli
from isaaclab_mimic_core.stages.learning import train
train._STATE_EVERY = 0.0
sys.exit(cli.main(sys.argv[1:]))
"""


def start(*arguments: object, reads_errors: bool = False) -> subprocess.Popen:
    path = [str(Path(isaaclab_mimic_core.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if reads_errors else subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path))},
    )


def kill_after(process: subprocess.Popen, epoch: int, seconds: float) -> None:
    """Kill a training so long after it has reported an epoch; it must not have come to its end."""
    try:
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "EpochFinished" and event["epoch"] == epoch:
                break
        time.sleep(seconds)
    finally:
        process.kill()
    assert "StageFinished" not in process.stdout.read()
    assert process.wait() == -9


def curve(folder: Path) -> list[tuple]:
    lines = map(json.loads, (folder / "log.jsonl").read_text().splitlines())
    return [(line["epoch"], line["loss"], line["learning_rate"]) for line in lines]


def test_a_training_that_is_killed_ends_as_one_that_was_not(dataset, write_config, tmp_path):
    config = write_config(experiment={"epoch_every_n_steps": STEPS})
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    with Train(TrainOptions(dataset=str(dataset), config=config, output=str(whole), epochs=EPOCHS, device="cpu")) as t:
        list(t)
    command = ("train", "--dataset", dataset, "--config", config, "--output", cut, "--epochs", EPOCHS)
    command += ("--device", "cpu", "--threads", 1, "--json")
    kill_after(start(*command), 2, 0.1)
    assert curve(cut) == curve(whole)[: len(curve(cut))]

    process = start(*command, "--resume")
    events = [json.loads(line) for line in process.stdout]
    assert process.wait() == 0
    made = [event["epoch"] for event in events if event["event"] == "EpochFinished"]
    assert made[0] >= 3 and made[-1] == EPOCHS, "it went on, and did not begin anew"
    assert curve(cut) == curve(whole)
    last = f"models/model_epoch_{EPOCHS}.pth"
    ours, theirs = (torch.load(folder / last, weights_only=True)["model"] for folder in (cut, whole))
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_two_programs_do_not_go_on_with_one_run(dataset, write_config, tmp_path):
    given = {"dataset": str(dataset), "config": write_config(), "output": str(tmp_path / "run"), "device": "cpu"}
    command = ("train", *(word for name, value in given.items() for word in (f"--{name}", value)), "--resume")
    with Train(TrainOptions(**given, epochs=1000)) as stage:
        while stage.progress.done < 1:
            stage.step()
        before = {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()}
        other = start(*command, "--epochs", 2, reads_errors=True)
        _, said = other.communicate()
        assert other.returncode == 2
        first, second = said.splitlines()[-2:]
        assert first == f"mimic train: {tmp_path / 'run'}: another program is writing into this folder"
        assert second == "  Wait until it has finished, or give another --output."
        assert {path: path.read_bytes() for path in before} == before
        stage.request("stop")
        list(stage)
    with Train(TrainOptions(**given, epochs=1000, resume=True)):
        pass
    assert not (tmp_path / "run" / ".lock").exists()
