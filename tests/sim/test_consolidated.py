# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A pilot demonstrates in one environment, and the others generate from that."""

from collections import Counter

import pytest

from isaaclab_mimic_core.datasets import DatasetReader
from isaaclab_mimic_core.errors import DatasetError, OptionError, OutputError
from isaaclab_mimic_core.events import AttemptFinished, DemoSaved, StageFinished
from isaaclab_mimic_core.options import TeleopOptions
from isaaclab_mimic_core.stages import create_with
from isaaclab_mimic_core.stages.recording.consolidated import Consolidated
from isaaclab_mimic_core.tasks import DEFAULT_TASK

pytestmark = pytest.mark.sim

SPEED, RATE = 0.2, 20.0


@pytest.fixture(scope="module")
def flown(stack_env, tmp_path_factory):
    """Flies until one demonstration was made and two were generated from it."""
    from pilots import KeyPilot

    path = tmp_path_factory.mktemp("consolidated") / "generated.hdf5"
    options = TeleopOptions(
        generate_into=str(path),
        num_envs=stack_env.num_envs,
        num_demos=2,
        teleop_settings={"step_hz": 0.0, "pos_sensitivity": SPEED, "ramp": 0.0},
        seed=3,
    )
    events, generating_before = [], 0
    with Consolidated(options, stack_env) as stage:

        def key(name: str, pressed: bool) -> None:
            stage.request("key", key=name, pressed=pressed)

        pilot = KeyPilot(stack_env, key, SPEED / RATE, 1.0 / RATE)
        for step in range(2500):
            demonstrated = stage.snapshot()["demonstrated"]
            if step > 3 and not demonstrated:
                pilot.act()
            generating_before += not demonstrated and any(stage._generator._by) if step > 3 else 0
            events += stage.step()
            if not demonstrated and stage.snapshot()["demonstrated"]:
                pilot.begin()
            if stage.done:
                break
    return path, events, generating_before


def test_what_was_demonstrated_is_generated_from(flown, stack_env):
    path, events, generating_before = flown
    ending = events[-1]
    assert isinstance(ending, StageFinished) and ending.outcome == "done"
    assert ending.summary["demonstrated"] == 1 and ending.summary["saved"] == 2
    assert generating_before == 0, "without sources the others wait"
    by_env = Counter(event.env for event in events if isinstance(event, AttemptFinished))
    assert by_env[0] == 1, "the person's environment is never generated in"
    assert len([event for event in events if isinstance(event, DemoSaved)]) == 2
    with DatasetReader(path) as reader:
        episodes = list(reader.episodes())
    assert len(episodes) == 2
    for episode in episodes:
        made = episode.attrs["mimic"]["generated"]
        assert made["env"] > 0 and {s["demo"] for s in made["sources"]["franka"]} == {"demonstration_0"}
        assert not episode.has("obs/datagen_info") and episode.has("initial_state") and episode.success


def test_the_demonstration_is_an_annotated_source_of_its_own(flown):
    """As good as recorded and annotated ones: it can be generated from again."""
    from isaaclab_mimic_core.stages.generation.sources import read_annotated

    path, events, _ = flown
    sources = path.with_name("generated_sources.hdf5")
    (episode,) = read_annotated(str(sources), DEFAULT_TASK)
    first = next(event for event in events if isinstance(event, AttemptFinished) and event.env == 0)
    assert episode.num_samples == first.steps
    assert abs(episode.data["actions"][0, :6]).max() > 1e-3, "it begins with the first movement"


def test_nobody_is_left_to_generate(tmp_path):
    with pytest.raises(OptionError, match="at least two"):
        create_with("teleop", TeleopOptions(generate_into=str(tmp_path / "out.hdf5")))


def test_neither_file_is_overwritten_unasked(tmp_path):
    (tmp_path / "out_sources.hdf5").touch()
    with pytest.raises(OutputError, match="out_sources"):
        create_with("teleop", TeleopOptions(generate_into=str(tmp_path / "out.hdf5"), num_envs=4))


def test_sources_of_another_task_are_refused_unless_insisted(flown, tmp_path):
    path, _, _ = flown
    given = {"generate_into": str(tmp_path / "out.hdf5"), "num_envs": 4, "teleop_device": "keyboard"}
    given |= {"input": str(path.with_name("generated_sources.hdf5")), "task": "Isaac-Stack-Cube-Franka-IK-Abs-Mimic-v0"}
    with pytest.raises(DatasetError, match=f"is of the task {DEFAULT_TASK}, not of {given['task']}"):
        create_with("teleop", TeleopOptions(**given))
    with create_with("teleop", TeleopOptions(**given, any_task=True)) as stage:
        assert stage.snapshot()["sources"] == 1
    assert not list(tmp_path.iterdir())
