# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Demonstrations are filmed from their states: by the task's cameras as they would have been live, and by others."""

import json
import os
import signal
from pathlib import Path

import numpy as np
import pytest
from waiting import LONG

from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, Episode

pytestmark = pytest.mark.sim

SAMPLE = Path(__file__).parents[2] / "data" / "franka_stack" / "demos.hdf5"
TASK = "Isaac-Stack-Cube-Franka-IK-Rel-Visuomotor-Mimic-v0"
MODULE = ("-m", "isaaclab_mimic_core")
LIVE = Path(__file__).with_name("live_pictures.py")
LOOKS = Path(__file__).with_name("varied_looks.py")
RANGES = """
distant_light: {azimuth: [-3, 3]}
materials:
  table: {texture: {patterns: [checker, wood]}, color: {r: [0.2, 0.9], g: [0.2, 0.9], b: [0.2, 0.9]}}
cameras: {front: {focal_length: [0.9, 1.1]}}
images: {front: {noise: [1, 6], per: frame}}
"""
CAMERAS = """
cameras:
  front: {pos: [1.6, 0.0, 0.7], look_at: [0.4, 0.0, 0.1], height: 40, width: 60, data_types: [rgb, depth]}
  palm: {body: panda_hand, pos: [0.09, 0.0, 0.0], height: 32, width: 32}
"""


@pytest.fixture
def short(tmp_path) -> Path:
    """The beginnings of the first demonstrations: long enough for a film, and soon drawn."""
    path = tmp_path / "short.hdf5"
    with DatasetReader(SAMPLE) as reader, DatasetWriter(path, reader.env_args) as writer:
        for name in reader.episode_names[:4]:
            episode = reader.read(name)
            writer.add(Episode({key: values[:60] for key, values in episode.data.items()}, {"success": True}))
    return path


def render(start_python, output: Path, *more: str, source: Path = SAMPLE, task: str = TASK, num_envs: int = 16):
    common = ("--input", source, "--output", output, "--assets", "local", "--num-envs", str(num_envs), "--json")
    return start_python(*MODULE, "render", *common, *(("--task", task) if task else ()), *more)


def finish(process, status: int = 0) -> list[dict]:
    output, errors = process.communicate(timeout=LONG)
    assert process.returncode == status, errors[-2000:]
    return [json.loads(line) for line in output.splitlines()]


def test_pictures_taken_later_are_those_taken_live(start_python, tmp_path):
    live = tmp_path / "live.hdf5"
    process = start_python(LIVE, live)
    _, errors = process.communicate(timeout=LONG)
    assert process.returncode == 0, errors[-2000:]
    later = tmp_path / "later.hdf5"
    command = (
        "render",
        "--input",
        live,
        "--output",
        later,
        "--assets",
        "local",
        "--num-envs",
        "16",
        "--processes",
        "1",
    )
    process = start_python(*MODULE, *command)
    _, errors = process.communicate(timeout=LONG)
    assert process.returncode == 0, errors[-2000:]
    with DatasetReader(live) as before, DatasetReader(later) as after:
        for name in before.episode_names:
            taken, drawn = before.read(name).data, after.read(name).data
            assert taken.keys() == drawn.keys()
            for camera in ("obs/table_cam", "obs/wrist_cam"):
                assert taken[camera].shape == drawn[camera].shape and len(taken[camera]) > 30
                apart = np.abs(taken[camera].astype(int) - drawn[camera]).max(axis=-1)
                assert (apart > 16).mean() < 5e-4, camera
                assert len(np.unique(drawn[camera].reshape(len(drawn[camera]), -1), axis=0)) > 20, "it moves"
            assert (taken["actions"] == drawn["actions"]).all()


def test_a_file_without_cameras_is_filmed_by_others_and_a_killed_run_goes_on(start_python, tmp_path, short):
    """Each demonstration twice, at random: by two processes, and by one that is killed and another one."""
    cameras, ranges = tmp_path / "cameras.yaml", tmp_path / "look.yaml"
    cameras.write_text(CAMERAS)
    ranges.write_text(RANGES)
    more = ("--cameras", cameras, "--episodes", "3,1", "--randomization", ranges, "--variations", "2")
    whole, killed = tmp_path / "whole.hdf5", tmp_path / "killed.hdf5"
    events = finish(render(start_python, whole, *more, "--processes", "2", source=short, task=""))
    assert [event["name"] for event in events if event["event"] == "DemoSaved"] == [f"demo_{i}" for i in range(4)]
    more = (*more, "--processes", "1")
    process = render(start_python, killed, *more, source=short, task="")
    while "DemoSaved" not in process.stdout.readline():
        pass
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=LONG)
    with DatasetReader(killed) as reader:
        assert "demo_0" in reader.episode_names, "it was reported as saved"
    finish(render(start_python, killed, *more, "--resume", source=short, task=""))
    assert not list(tmp_path.glob("*.rendering"))
    with DatasetReader(whole) as one, DatasetReader(killed) as other:
        assert one.episode_names == other.episode_names
        for name in one.episode_names:
            first, second = one.read(name).data, other.read(name).data
            assert first.keys() == second.keys()
            assert all((first[path] == second[path]).all() for path in first)
            assert one.attrs(name) == other.attrs(name)
        check_variations(one)
        first = one.read("demo_0").data
    steps = len(first["actions"])
    assert first["obs/front"].shape == (steps, 40, 60, 3) and first["obs/palm"].shape == (steps, 32, 32, 3)
    assert first["obs/front_depth"].shape == (steps, 40, 60, 1)
    seen = first["obs/front_depth"][:, 20, 30, 0]
    assert (seen > 0.5).all() and (seen < 1.9).all()
    assert len(np.unique(first["obs/palm"].reshape(steps, -1), axis=0)) > steps / 2


def test_what_cannot_be_drawn_is_said_and_nothing_is_written(start_python, tmp_path):
    output = tmp_path / "out.hdf5"
    one = ("--processes", "1")
    process = render(start_python, output, *one, task="", num_envs=1)
    assert "no cameras" in finish(process, 2)[-1]["message"]
    cameras = tmp_path / "cameras.yaml"
    cameras.write_text("cameras: {tail: {body: panda_tail}}")
    events = finish(render(start_python, output, *one, "--cameras", cameras, task="", num_envs=1), 2)
    assert "panda_tail" in events[-1]["message"] and "panda_hand" in events[-1]["message"]
    cameras.write_text(CAMERAS)
    ranges = tmp_path / "look.yaml"
    ranges.write_text("materials:\n  tabel: {roughness: [0.5, 0.5]}")
    given = ("--cameras", cameras, "--randomization", ranges)
    events = finish(render(start_python, output, *one, *given, task="", num_envs=1), 2)
    assert "look.yaml, line 2, materials tabel" in events[-1]["message"] and "table" in events[-1]["message"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cameras.yaml", "look.yaml"]


def check_variations(reader: DatasetReader) -> None:
    """Check that renderings of a demonstration differ in what is drawn at random, that they say so, and in no more."""
    made = [reader.attrs(name)["mimic"]["rendered"] for name in reader.episode_names]
    assert [(each["from"], each["variation"]) for each in made] == [
        (name, variation) for name in ("demo_1", "demo_3") for variation in (0, 1)
    ]
    drawn = [each["drawn"] for each in made]
    assert len({each["distant_light/azimuth"] for each in drawn}) == 4
    assert {each["materials/table/texture/patterns"] for each in drawn} <= {"checker", "wood"}
    assert all(len(each["materials/table/color"]) == 3 for each in drawn)
    first, second = (reader.read(name).data for name in ("demo_0", "demo_1"))
    noise = first["randomization/images/front/noise"]
    assert noise.shape == first["actions"].shape[:1] and len(np.unique(noise)) == len(noise)
    assert (noise >= 1).all() and (noise <= 6).all()
    assert (
        first["states/articulation/robot/joint_position"] == second["states/articulation/robot/joint_position"]
    ).all()
    assert (first["obs/front"] != second["obs/front"]).any(axis=-1).mean() > 0.9
    assert (first["obs/palm"] != second["obs/palm"]).any(axis=-1).mean() > 0.3


def test_every_setting_of_randomization_changes_the_pictures_and_neutral_ones_do_not(start_python, tmp_path):
    process = start_python(LOOKS, tmp_path)
    output, errors = process.communicate(timeout=LONG)
    assert process.returncode == 0, errors[-2000:]
    found = json.loads(output.splitlines()[-1])
    sky = found.pop("sky")
    perturbed = [name for name in found if name.startswith("perturbed: ")]
    assert len(perturbed) == 4, "what mimic evaluate --robust varies"
    undone = [name.replace("perturbed", "undone") for name in perturbed]
    for name in ("neutral", "neutral again", *undone):
        assert set(map(tuple, found.pop(name).values())) == {(0.0, 0.0, 0.0)}
    for name, by_camera in found.items():
        if name not in ("roughness", "background"):
            # A camera that hardly moves changes the edges of plain surfaces only.
            least = 0.002 if name.startswith("perturbed: camera") else 0.05
            assert all(part > least for part, *_ in by_camera.values()), name
    # What is brighter, darker or only in places.
    table = {name: by_camera["table_cam"] for name, by_camera in found.items()}
    for name in ("light intensity", "dome intensity", "dome color", "exposure", "roughness", "texture color"):
        assert table[name][1] > 0, name
    for name in ("light color", "material color", "scaled material color", "checker", "wood", "texture contrast"):
        assert table[name][1] < -1, name
    assert table["background"][0] == pytest.approx(sky, abs=1e-6) and 0.02 < sky < 0.9
    assert 0 < table["roughness"][0] < 0.9
    assert abs(table["image noise"][1]) < 0.2 and table["image noise"][2] == pytest.approx(5.0, rel=0.1)
