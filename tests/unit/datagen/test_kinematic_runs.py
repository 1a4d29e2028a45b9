# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Runs of `generate` on the kinematic task: which go on, which are refused, and which give up by themselves."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch
from kinematic import KinematicStackEnv

from isaaclab_mimic_core.datasets import DatasetReader
from isaaclab_mimic_core.errors import DatasetError, OptionError, OutputError
from isaaclab_mimic_core.events import AttemptFinished, Warned
from isaaclab_mimic_core.options import GenerateOptions
from isaaclab_mimic_core.stages.generation.generate import Generate
from isaaclab_mimic_core.tasks import DEFAULT_TASK as TASK

ENVS = 4
# So that attempts that fail end soon.
QUICK = {"max_retries": 0}


class Stack(KinematicStackEnv):
    """The kinematic task under a name of the catalogue."""

    def __init__(self, num_envs: int = ENVS):
        super().__init__(num_envs)
        self.info |= {"task": TASK, "assets": "local"}


class Hopeless(Stack):
    """Nothing ever succeeds here."""

    def success(self) -> torch.Tensor:
        return torch.zeros_like(super().success())


@pytest.fixture
def generate(annotated, tmp_path):
    """Runs `generate`, into one file unless told otherwise; returns its events."""

    def generate(env: Stack | None = None, **changes) -> list:
        given = {"input": str(annotated), "output": str(tmp_path / "out.hdf5"), "num_demos": 2, "num_envs": ENVS}
        with Generate(GenerateOptions(**{**given, **changes}), env or Stack()) as stage:
            return list(stage)

    return generate


@pytest.fixture(scope="module")
def made(annotated, tmp_path_factory) -> bytes:
    """What a run of two demonstrations leaves."""
    path = tmp_path_factory.mktemp("made") / "out.hdf5"
    options = GenerateOptions(input=str(annotated), output=str(path), num_demos=2, num_envs=ENVS)
    with Generate(options, Stack()) as stage:
        list(stage)
    return path.read_bytes()


@pytest.fixture
def begun(made, tmp_path) -> Path:
    """A run that may go on."""
    path = tmp_path / "out.hdf5"
    path.write_bytes(made)
    return path


def tampered(annotated: Path, path: Path) -> Path:
    path.write_bytes(annotated.read_bytes())
    with h5py.File(path, "r+") as file:
        file["data/demo_3/actions"][5, 0] += 0.001
    return path


DIFFERENT = {
    "another seed": ({"seed": 2}, "--seed 1, not 2"),
    "another mode": ({"mode": "upstream"}, "--mode default, not upstream; .*--max-retries 3, not 0"),
    "a setting": ({"fade_noise": False}, "--fade-noise on, not off"),
    "another planner": ({"planner": "lift"}, "--planner straight, not lift"),
    "another task": ({"task": "Mimic-Lift-Box-Two-Franka-v0", "any_task": True}, f"--task {TASK}, not Mimic-Lift-Box"),
}


@pytest.mark.parametrize("case", DIFFERENT)
def test_a_run_does_not_go_on_as_another_one(case, generate, begun, tmp_path):
    changes, said = DIFFERENT[case]
    before = begun.read_bytes()
    with pytest.raises(OptionError, match=f"the run was begun with {said}") as caught:
        generate(num_demos=4, resume=True, **changes)
    assert caught.value.exit_code == 2
    assert begun.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["out.hdf5"]


def test_nor_in_another_simulation(generate, begun):
    before = begun.read_bytes()
    env = Stack()
    env.info |= {"physics": "newton", "assets": "cloud"}
    with pytest.raises(OptionError, match="begun with --physics none, not newton; --assets local, not cloud"):
        generate(env, num_demos=4, resume=True)
    assert begun.read_bytes() == before


def test_it_goes_on_with_the_same_sources_only(generate, begun, annotated, tmp_path):
    other = tampered(annotated, tmp_path / "other.hdf5")
    with pytest.raises(OptionError, match=r"begun with --input .*annotated\.hdf5, not .*other\.hdf5"):
        generate(num_demos=4, resume=True, input=str(other))
    same_name = tampered(annotated, tmp_path / "annotated.hdf5")
    with pytest.raises(OptionError, match=r"--input .*annotated\.hdf5, not what is in it now"):
        generate(num_demos=4, resume=True, input=str(same_name))
    copied = tmp_path / "copied.hdf5"
    copied.write_bytes(annotated.read_bytes())
    events = generate(num_demos=3, resume=True, input=str(copied))
    assert events[-1].summary["saved"] == 3


def test_what_may_differ_differs_and_the_file_still_says_how_it_was_begun(generate, begun):
    with DatasetReader(begun) as reader:
        then = reader.data_attrs
    generate(Stack(3), num_demos=4, num_envs=3, resume=True, max_failures=50, patience=7, keep_failed=True)
    with DatasetReader(begun) as reader:
        now = reader.data_attrs
        attempts = [reader.attrs(name)["mimic"]["generated"]["attempt"] for name in reader.episode_names]
    assert len(set(attempts)) == 4
    assert now["mimic"] == then["mimic"] and now["env_args"] == then["env_args"]


def test_a_run_of_0_1_0_goes_on_with_what_it_holds(generate, begun, annotated, tmp_path):
    with h5py.File(begun, "r+") as file:
        mimic = json.loads(file["data"].attrs["mimic"])
        manifest = mimic.pop("manifest")
        file["data"].attrs["mimic"] = json.dumps(mimic)
    for changes, said in (
        ({"seed": 2}, "--seed 1, not 2"),
        ({"fade_noise": False}, "--fade-noise on, not off"),
        ({"planner": "lift"}, "--planner straight, not lift"),
        ({"input": str(tampered(annotated, tmp_path / "other.hdf5"))}, "--input .*, not "),
    ):
        with pytest.raises(OptionError, match=f"begun with {said}"):
            generate(num_demos=4, resume=True, **changes)
    assert generate(num_demos=3, resume=True)[-1].summary["saved"] == 3
    with DatasetReader(begun) as reader:
        assert reader.data_attrs["mimic"]["manifest"] == manifest, "from now on all is known"


def test_what_another_verb_has_made_is_no_run_to_go_on_with(generate, annotated, tmp_path):
    recorded = tmp_path / "recorded.hdf5"
    recorded.write_bytes(annotated.read_bytes())
    with pytest.raises(OptionError, match="it was not made by mimic generate"):
        generate(output=str(recorded), resume=True)
    assert recorded.read_bytes() == annotated.read_bytes()


def test_demonstrations_from_elsewhere_in_the_file_are_found(generate, begun):
    with h5py.File(begun, "r+") as file:
        demo = file["data/demo_1"]
        mimic = json.loads(demo.attrs["mimic"])
        mimic["generated"]["seed"] = 9
        demo.attrs["mimic"] = json.dumps(mimic)
    with pytest.raises(OptionError, match="its demo_1 comes from elsewhere"):
        generate(num_demos=4, resume=True)


def test_failed_attempts_are_neither_replaced_nor_made_again(generate, tmp_path):
    failed = tmp_path / "out_failed.hdf5"
    noisy = {"fade_noise": False, "max_retries": 0, "keep_failed": True}
    attempts = generate(num_demos=2, **noisy)
    numbers = [event.attempt for event in attempts if isinstance(event, AttemptFinished)]
    assert failed.exists()
    before = failed.read_bytes()
    (tmp_path / "out.hdf5").rename(tmp_path / "kept.hdf5")
    with pytest.raises(OutputError, match=r"out_failed\.hdf5: the file exists already"):
        generate(num_demos=2, **noisy)
    assert failed.read_bytes() == before
    (tmp_path / "kept.hdf5").rename(tmp_path / "out.hdf5")
    more = [e.attempt for e in generate(num_demos=4, resume=True, **noisy) if isinstance(e, AttemptFinished)]
    with DatasetReader(failed) as reader:
        kept = [reader.attrs(name)["mimic"]["generated"]["attempt"] for name in reader.episode_names]
    assert len(set(kept)) == len(kept) and min(more) > max(numbers)


@pytest.mark.parametrize("mode", ["default", "upstream"])
def test_a_run_in_which_nothing_succeeds_gives_up_with_advice(generate, annotated, mode):
    events = generate(Hopeless(), mode=mode, patience=6, **QUICK)
    *_, warned, ending = events
    assert ending.outcome == "gave_up" and ending.summary["saved"] == 0
    assert isinstance(warned, Warned)
    assert "None of the first 6 attempts has succeeded" in warned.message
    assert f"mimic replay {annotated} --task {TASK} --validate" in warned.message
    numbers = {event.attempt for event in events if isinstance(event, AttemptFinished)}
    assert numbers >= set(range(6)) and max(numbers) < 6 + 2 * ENVS


def test_with_many_environments_each_has_its_first_attempt(generate):
    events = generate(Hopeless(), patience=1, **QUICK)
    assert "None of the first 4 attempts" in events[-2].message
    assert {event.attempt for event in events if isinstance(event, AttemptFinished)} >= set(range(ENVS))


def test_one_success_is_enough_to_go_on(generate):
    class Lucky(Stack):
        """Succeeds in one of its environments."""

        def success(self) -> torch.Tensor:
            return super().success() & (torch.arange(self.num_envs) == 3)

    events = generate(Lucky(), patience=1, **QUICK)
    assert events[-1].outcome == "done" and events[-1].summary["failed"] > 1


def test_patience_can_be_turned_off(generate):
    events = generate(Hopeless(), patience=0, max_failures=5, **QUICK)
    assert events[-1].outcome == "gave_up" and events[-1].summary["failed"] == 5
    assert not [event for event in events if isinstance(event, Warned)]
    with pytest.raises(OptionError, match="--patience: must be at least 0, not -1"):
        generate(patience=-1)


def test_sources_of_another_task_are_refused_unless_insisted(generate, annotated, tmp_path):
    other = "Mimic-Lift-Box-Two-Franka-v0"
    with pytest.raises(DatasetError, match=f"is of the task {TASK}, not of {other}") as caught:
        generate(task=other)
    assert f"Give --task {TASK}" in str(caught.value) and "--any-task" in str(caught.value)
    assert not (tmp_path / "out.hdf5").exists()
    assert generate(task=other, any_task=True, num_demos=1)[-1].summary["saved"] == 1


def test_a_file_that_names_a_task_of_somebody_elses_or_none(generate, annotated, tmp_path):
    path = tmp_path / "in.hdf5"
    path.write_bytes(annotated.read_bytes())

    def name(task: str) -> None:
        with h5py.File(path, "r+") as file:
            file["data"].attrs["env_args"] = json.dumps({"env_name": task, "type": 2})

    name("Their-Stack-v0")
    with pytest.raises(DatasetError, match="is of the task Their-Stack-v0"):
        generate(input=str(path))
    # The base task, under its old name, is the same task.
    for task in ("", "Isaac-Stack-Cube-Franka-IK-Rel-v0"):
        name(task)
        Generate(GenerateOptions(input=str(path), output=str(tmp_path / "o.hdf5"))).close()


def test_two_files_with_the_same_numbers_are_the_same_sources(annotated, tmp_path):
    """Compression and attributes do not count."""
    from isaaclab_mimic_core.datasets import DatasetWriter, digest

    with DatasetReader(annotated) as reader:
        episodes = list(reader.episodes())
    with DatasetWriter(tmp_path / "plain.hdf5", {"env_name": TASK}, compression=False) as writer:
        for episode in episodes:
            writer.add(type(episode)(episode.data, {"note": 1}))
    with DatasetReader(tmp_path / "plain.hdf5") as reader:
        again = list(reader.episodes())
    assert digest(again) == digest(episodes)
    assert digest(again[::-1]) != digest(episodes)
    again[0].data["actions"] = np.nextafter(again[0].data["actions"], 9, dtype=np.float32)
    assert digest(again) != digest(episodes)
