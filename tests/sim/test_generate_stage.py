# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The generate stage on real physics: what it makes, how it stops, what it says of its work."""

import itertools
import json
import random
import signal
import time
from pathlib import Path

import h5py
import numpy as np
import pytest
from isaaclab.utils.datasets import HDF5DatasetFileHandler
from waiting import LONG

from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, Episode
from isaaclab_mimic_core.errors import DatasetError
from isaaclab_mimic_core.options import GenerateOptions
from isaaclab_mimic_core.remote.messages import write_snapshot
from isaaclab_mimic_core.stages.generation.generate import Generate

pytestmark = pytest.mark.sim

SIGNALS = "obs/datagen_info/subtask_term_signals"


def options(annotated, path: Path, **changes) -> GenerateOptions:
    return GenerateOptions(**{"input": str(annotated.path), "output": str(path), "num_demos": 4, "seed": 3, **changes})


def read(path: Path) -> list[Episode]:
    with DatasetReader(path) as reader:
        return list(reader.episodes())


@pytest.fixture(scope="module")
def generated(annotated, stack_env, run_stage, tmp_path_factory):
    """Four demonstrations: their file, the episodes in it, and what the stage said."""
    path = tmp_path_factory.mktemp("generated") / "generated.hdf5"
    run = run_stage(Generate(options(annotated, path), stack_env))
    return path, read(path), run


def test_as_many_are_saved_as_were_asked_for(generated):
    _, episodes, run = generated
    assert run.ending.outcome == "done" and run.ending.summary["saved"] == 4 == len(episodes)
    assert [event.name for event in run.kinds["DemoSaved"]] == [episode.name for episode in episodes]
    attempts = run.kinds["AttemptFinished"]
    assert len(attempts) == run.ending.summary["attempts"] and sum(a.success for a in attempts) == 4
    assert all(a.cause and not a.success for a in attempts if a.cause or not a.success)


def test_each_says_where_it_comes_from(generated, annotated, stack_env):
    path, episodes, _ = generated
    lengths = {episode.name: episode.num_samples for episode in read(annotated.path)}
    subtasks = stack_env.cfg.subtask_configs["franka"]
    with DatasetReader(path) as reader:
        run = reader.data_attrs["mimic"]["generated"]
    for episode in episodes:
        assert episode.seed == 3 and episode.success is True
        made = episode.attrs["mimic"]["generated"]
        assert made["seed"] == 3 and made["input"] == str(annotated.path) and made["mode"] == "default"
        assert {"isaaclab", "torch", "ovphysx"} <= set(made["versions"])
        assert made["physics"] == "ovphysx" and made["settings"] == run["settings"]
        assert 0 <= made["env"] < made["num_envs"] == stack_env.num_envs
        parts = made["sources"]["franka"]
        assert len(parts) == len(subtasks)
        for part in parts:
            begin, end = part["segment"]
            assert 0 <= begin < end <= lengths[part["demo"]]
    attempts = [episode.attrs["mimic"]["generated"]["attempt"] for episode in episodes]
    assert len(set(attempts)) == 4


def test_the_task_is_fulfilled_and_stays_so(generated, lasting):
    assert lasting(generated[0]) == [True] * 4


def test_upstreams_handler_reads_them(generated):
    path, episodes, _ = generated
    handler = HDF5DatasetFileHandler()
    handler.open(str(path))
    assert handler.get_env_name() == "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0"
    assert handler.get_num_episodes() == 4 and handler.get_format_version() == 1
    for episode in episodes:
        loaded = handler.load_episode(episode.name, "cpu")
        assert loaded.success and loaded.seed == 3
        np.testing.assert_array_equal(loaded.data["actions"].numpy(), episode.data["actions"])
        pose = loaded.get_initial_state()["rigid_object"]["cube_1"]["root_pose"]
        np.testing.assert_array_equal(pose.numpy(), episode.data["initial_state/rigid_object/cube_1/root_pose"])
    handler.close()


def by_attempt(path) -> dict:
    return {episode.attrs["mimic"]["generated"]["attempt"]: episode for episode in read(path)}


def test_an_attempt_begins_as_its_number_and_the_seed_say(generated, annotated, stack_env, run_stage, tmp_path):
    # That two processes with one seed agree to the byte is tested end to end; physics that has run before rounds
    # otherwise.
    _, episodes, _ = generated
    first = {episode.attrs["mimic"]["generated"]["attempt"]: episode for episode in episodes}
    run_stage(Generate(options(annotated, tmp_path / "same.hdf5"), stack_env))
    again = by_attempt(tmp_path / "same.hdf5")
    assert set(first) & set(again)
    for attempt in set(first) & set(again):
        for path, values in first[attempt].group("initial_state").items():
            assert again[attempt].data[f"initial_state/{path}"].tobytes() == values.tobytes(), path
        assert (abs(again[attempt].data["actions"][0] - first[attempt].data["actions"][0]) < 1e-4).all()
    run_stage(Generate(options(annotated, tmp_path / "other.hdf5", seed=4, num_demos=1), stack_env))
    other = read(tmp_path / "other.hdf5")[0].data["actions"][0]
    assert all((other != episode.data["actions"][0]).any() for episode in episodes)


def test_pause_resume_and_stop(annotated, stack_env, tmp_path):
    path = tmp_path / "stopped.hdf5"
    with Generate(options(annotated, path, num_demos=100), stack_env) as stage:
        for _ in range(10):
            stage.step()
        stage.request("pause")
        now = time.monotonic()
        before, due = stage.snapshot()["steps"], stage.due
        state = stack_env.state()["articulation/robot/joint_position"].clone()
        assert stage.paused and due > now
        assert [stage.step() for _ in range(3)] == [[], [], []]
        assert stage.snapshot()["steps"] == before
        assert stack_env.state()["articulation/robot/joint_position"].equal(state)
        stage.request("resume")
        while stage.progress.done < 1:
            stage.step()
        saved = stage.progress.done
        stage.request("pause")
        stage.request("stop")
        ending = stage.step()[-1]
    assert ending.outcome == "stopped" and stage.done and stage.step() == []
    episodes = read(path)
    assert len(episodes) == ending.summary["saved"] >= saved
    assert all(episode.success and len(episode.data["obs/eef_pos"]) == episode.num_samples for episode in episodes)
    assert sorted(file.name for file in tmp_path.iterdir() if not file.name.endswith(".lock")) == ["stopped.hdf5"]


def test_closing_before_the_first_success_leaves_nothing(annotated, stack_env, tmp_path):
    with Generate(options(annotated, tmp_path / "closed.hdf5"), stack_env) as stage:
        for _ in range(20):
            stage.step()
    assert not list(tmp_path.iterdir())


def test_what_is_to_be_replaced_stays_if_nothing_succeeds(annotated, stack_env, tmp_path):
    path = tmp_path / "old.hdf5"
    path.write_bytes(annotated.path.read_bytes())
    with Generate(options(annotated, path, overwrite=True), stack_env) as stage:
        for _ in range(20):
            stage.step()
        stage.request("stop")
        (*_, ending) = stage
    assert ending.outcome == "stopped" and not ending.output
    assert path.read_bytes() == annotated.path.read_bytes() and list(tmp_path.iterdir()) == [path]


def test_a_signal_that_never_rises_is_named(annotated, stack_env, tmp_path):
    episode = read(annotated.path)[0]
    episode.data[f"{SIGNALS}/stack_1"][:] = False
    silent = tmp_path / "silent.hdf5"
    with DatasetWriter(silent, {"env_name": ""}) as writer:
        writer.add(episode)
    output = tmp_path / "out.hdf5"
    with (
        pytest.raises(DatasetError, match="'stack_1' of 'franka' never rises"),
        Generate(GenerateOptions(input=str(silent), output=str(output)), stack_env) as stage,
    ):
        list(stage)
    assert not output.exists()


def test_killed_at_a_random_moment(annotated, start_python, tmp_path):
    path = tmp_path / "killed.hdf5"
    process = start_python(
        *("-m", "isaaclab_mimic_core", "generate", "--json", "--input", annotated.path, "--output", path),
        *("--num-demos", "1000", "--num-envs", "8", "--device", "cpu", "--assets", "local"),
    )
    reported = []
    for line in process.stdout:
        event = json.loads(line)
        if event["event"] == "DemoSaved":
            reported.append(event)
            break
    assert reported, process.stderr.read()[-3000:]
    time.sleep(random.uniform(0.0, 2.5))
    process.kill()
    for line in process.stdout:
        # The last line may have been cut off by the kill.
        if line.endswith("\n") and (event := json.loads(line))["event"] == "DemoSaved":
            reported.append(event)
    process.wait()
    with h5py.File(path) as file:
        assert file["data"].attrs["total"] == sum(len(demo["actions"]) for demo in file["data"].values())
    episodes = {episode.name: episode for episode in read(path)}
    for event in reported:
        episode = episodes[event["name"]]
        assert episode.num_samples == event["steps"] and episode.success
        assert all(np.isfinite(values).all() for values in episode.data.values())

    # The same command goes on.
    wanted = len(episodes) + 2
    process = start_python(
        *("-m", "isaaclab_mimic_core", "generate", "--json", "--input", annotated.path, "--output", path, "--resume"),
        *("--num-demos", str(wanted), "--num-envs", "8", "--device", "cpu", "--assets", "local"),
        *("--report", tmp_path / "report"),
    )
    out, err = process.communicate(timeout=LONG)
    assert process.returncode == 0, err[-3000:]
    after = read(path)
    assert len(after) == wanted and [e.name for e in after] == [f"demo_{i}" for i in range(wanted)]
    attempts = [episode.attrs["mimic"]["generated"]["attempt"] for episode in after]
    assert len(set(attempts)) == wanted and max(attempts[: len(episodes)]) < min(attempts[len(episodes) :])
    assert json.loads(out.splitlines()[-1])["summary"]["report"] == str(tmp_path / "report" / "report.html")


def test_interrupted_while_attempts_run(annotated, start_python, tmp_path):
    path = tmp_path / "interrupted.hdf5"
    process = start_python(
        *("-m", "isaaclab_mimic_core", "generate", "--json", "--input", annotated.path, "--output", path),
        *("--num-demos", "1000", "--num-envs", "8", "--device", "cpu", "--assets", "local"),
    )
    for line in process.stdout:
        if json.loads(line)["event"] == "DemoSaved":
            break
    process.send_signal(signal.SIGINT)
    rest = [json.loads(line) for line in process.stdout]
    assert process.wait(timeout=LONG) == 3
    assert any("Stopping cleanly" in event.get("message", "") for event in rest)
    ending = rest[-1]
    assert (ending["event"], ending["outcome"]) == ("StageFinished", "stopped")
    episodes = read(path)
    assert len(episodes) == ending["summary"]["saved"] >= 1 and all(episode.success for episode in episodes)
    assert [file.name for file in tmp_path.iterdir()] == ["interrupted.hdf5"]


def test_one_environment_can_be_watched(annotated, stack_env, tmp_path):
    with Generate(options(annotated, tmp_path / "watched.hdf5"), stack_env) as stage:
        for _ in range(12):
            stage.step()
        assert "watched" not in stage.snapshot()
        stage.request("watch", env=1)
        shown = json.loads(write_snapshot(stage.snapshot()))["snapshot"]
        assert shown["memory_mb"]["ram"] > 100
        assert len(shown["subtasks"]) == stack_env.num_envs and set(shown["subtasks"][1]) <= {0, 1, 2, 3}
        watched = shown["watched"]
        assert watched["env"] == 1
        np.testing.assert_allclose(watched["eefs"]["franka"], stack_env.eef_pose()[1, 0].cpu(), atol=1e-4)
        cubes = dict(zip(stack_env.object_names, stack_env.object_pose()[1].cpu().numpy(), strict=True))
        assert all(np.allclose(watched["objects"][name], pose, atol=1e-4) for name, pose in cubes.items())
        # The way begins where the hand is, as well as it follows.
        assert (
            np.linalg.norm(np.array(watched["planned"]["franka"][0]) - np.array(watched["eefs"]["franka"])[:3, 3]) < 0.1
        )
        # The source is where it was recorded, and not far from what is made of it.
        assert watched["source"]["franka"] in [episode.name for episode in read(annotated.path)]
        assert watched["subtask"] == {"franka": 0} and watched["attempt"] == 1
        planned, recorded = (np.array(watched[name]["franka"]) for name in ("planned", "source_path"))
        apart = [np.linalg.norm(way[-1] - way[-len(way) // 2 :], axis=1).max() for way in (planned, recorded)]
        assert 0.02 < apart[1] < 1.0 and np.linalg.norm(planned[-1] - recorded[-1]) < 0.6
        assert watched["joint"]["franka"] is None or watched["joint"]["franka"] in watched["planned"]["franka"]
        np.testing.assert_allclose(watched["origin"], stack_env.env.scene.env_origins[1].cpu(), atol=1e-6)
        stage.request("watch", env=-1)
        assert "watched" not in stage.snapshot()


def test_planned_ways_lead_over_the_other_cubes(annotated, stack_env, run_stage, tmp_path, lasting):
    path = tmp_path / "planned.hdf5"
    run = run_stage(Generate(options(annotated, path, num_demos=2, planner="lift"), stack_env))
    assert run.ending.summary["saved"] == 2 and lasting(path) == [True] * 2
    with DatasetReader(path) as reader:
        assert reader.data_attrs["mimic"]["generated"]["planner"] == "LiftTravelDescend"
    # The next run in the same environments is not planned any more.
    assert stack_env.cfg.datagen_config.use_skillgen is False
    for episode in read(path):
        parts = episode.attrs["mimic"]["generated"]["sources"]["franka"]
        # Segments leave out the ways between them.
        assert all(before["segment"][1] < after["segment"][0] for before, after in itertools.pairwise(parts))
        # The first cube is 3 cm above the table before it goes anywhere.
        cube = episode.data["states/rigid_object/cube_2/root_pose"]
        lifted = int(np.flatnonzero(cube[:, 2] > cube[0, 2] + 0.03)[0])
        assert np.linalg.norm(cube[lifted, :2] - cube[0, :2]) < 0.02
