# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Each fault, put into one of the sample demonstrations, is found there, named, and found nowhere else."""

import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import h5py
import numpy as np
import pytest

from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, Episode
from isaaclab_mimic_core.datasets.check import Thresholds, check_file, format_report
from isaaclab_mimic_core.datasets.layout import INITIAL_STATE, STATES, TERM_SIGNALS
from isaaclab_mimic_core.errors import InputFileError

SAMPLE = Path(__file__).parents[3] / "data" / "franka_stack" / "demos.hdf5"
SPOILED = "demo_3"
CUBE = "states/rigid_object/cube_2/root_pose"
SIGNALS = ("grasp_1", "stack_1", "grasp_2")


def take(episode: Episode, rows: np.ndarray) -> Episode:
    """The demonstration with these samples in this order; a negative one is the state at the reset, held."""
    data = {}
    for path, values in episode.data.items():
        if path.startswith(INITIAL_STATE):
            data[path] = values
        elif path.startswith(STATES):
            held = np.concatenate([values, episode.data[path.replace(STATES, INITIAL_STATE, 1)]])
            data[path] = held[np.where(rows < 0, len(values), rows)]
        else:
            data[path] = values[np.maximum(rows, 0)]
    return Episode(data, episode.attrs, episode.name)


def change(path: str, edit: Callable[[np.ndarray], None]) -> Callable[[Episode], Episode]:
    def spoil(episode: Episode) -> Episode:
        values = episode.data[path].copy()
        edit(values)
        return Episode({**episode.data, path: values}, episode.attrs, episode.name)

    return spoil


def without(start: str) -> Callable[[Episode], Episode]:
    return lambda episode: Episode(
        {path: values for path, values in episode.data.items() if not path.startswith(start)},
        episode.attrs,
        episode.name,
    )


def history(**changes: object) -> Callable[[Episode], Episode]:
    def spoil(episode: Episode) -> Episode:
        recorded = {**episode.attrs["mimic"]["recorded"], **changes}
        return Episode(episode.data, {**episode.attrs, "mimic": {"recorded": recorded}}, episode.name)

    return spoil


def there_and_back(episode: Episode) -> Episode:
    rows = np.arange(episode.num_samples)
    return take(episode, np.concatenate([rows, rows[::-1]]))


def cut_while_a_cube_is_carried(episode: Episode) -> Episode:
    speed = np.linalg.norm(np.diff(episode.data[CUBE][:, :3], axis=0), axis=1)
    return take(episode, np.arange(int(speed.argmax()) + 1))


def pause(episode: Episode) -> Episode:
    rows = np.arange(episode.num_samples)
    return take(episode, np.insert(rows, 100, np.full(60, 100)))


def shake(episode: Episode) -> Episode:
    rng = np.random.default_rng(0)
    position = episode.data["obs/eef_pos"]
    shaken = position + rng.normal(scale=0.005, size=position.shape).astype(np.float32)
    return Episode({**episode.data, "obs/eef_pos": shaken}, episode.attrs, episode.name)


def lose_a_row(episode: Episode) -> Episode:
    return Episode({**episode.data, "obs/joint_pos": episode.data["obs/joint_pos"][:-1]}, episode.attrs, episode.name)


def chatter(actions: np.ndarray) -> None:
    actions[40:60:2, -1] *= -1.0


def saturate(actions: np.ndarray) -> None:
    actions[:60, 1] = 1.0


def not_a_number(values: np.ndarray) -> None:
    values[17, 3] = np.nan


def stretch(poses: np.ndarray) -> None:
    poses[50, 3:] *= 1.1


def jump(poses: np.ndarray) -> None:
    poses[100:, 0] += 0.2


def fall(poses: np.ndarray) -> None:
    poses[50:, 2] -= np.minimum(np.arange(len(poses) - 50) * 0.02, 1.0)


def roll_away(poses: np.ndarray) -> None:
    poses[50:, 0] += np.minimum(np.arange(len(poses) - 50) * 0.02, 1.5)


def narrow(episode: Episode) -> Episode:
    return Episode({**episode.data, "actions": episode.data["actions"][:, 1:]}, episode.attrs, episode.name)


def fail(episode: Episode) -> Episode:
    return Episode(episode.data, {**episode.attrs, "success": False}, episode.name)


FAULTS: dict[str, tuple[str, str, Callable[[Episode], Episode]]] = {
    "too long against the others": ("warning", "too_long", there_and_back),
    "too short against the others": ("warning", "too_short", lambda demo: take(demo, np.arange(200, demo.num_samples))),
    "idle start": ("warning", "idle_start", lambda demo: take(demo, np.arange(-40, demo.num_samples))),
    "pause": ("warning", "pause", pause),
    "jerky motion": ("warning", "jerky", shake),
    "cropped end": ("warning", "cropped_end", cut_while_a_cube_is_carried),
    "gripper chatter": ("warning", "gripper_chatter", change("actions", chatter)),
    "saturated actions": ("warning", "saturation", change("actions", saturate)),
    "a value that is not finite": ("error", "not_finite", change("obs/joint_vel", not_a_number)),
    "a quaternion that is not of length 1": ("error", "rotation", change(CUBE, stretch)),
    "an observed quaternion that is none": ("error", "rotation", change("obs/eef_quat", lambda quat: quat.fill(0.7))),
    "states that jump": ("error", "jump", change(CUBE, jump)),
    "a cube that fell": ("warning", "workspace", change(CUBE, fall)),
    "a cube out of reach": ("warning", "workspace", change(CUBE, roll_away)),
    "missing states": ("warning", "missing", without(STATES)),
    "missing actions": ("error", "missing", without("actions")),
    "an array that the others have": ("error", "mixed_layouts", without("obs/eef_pos")),
    "another shape": ("error", "mixed_layouts", narrow),
    "another task": ("error", "mixed_tasks", history(task="Isaac-Stack-Cube-Franka-IK-Abs-Mimic-v0")),
    "other versions": ("warning", "mixed_versions", history(versions={"isaaclab": "2.3.0"})),
    "fewer rows": ("error", "rows", lose_a_row),
    "no success": ("warning", "failed", fail),
}


@pytest.fixture(scope="module")
def samples() -> list[Episode]:
    with DatasetReader(SAMPLE) as reader:
        return [reader.read(f"demo_{number}") for number in range(6)]


def write(path: Path, episodes: list[Episode]) -> Path:
    """Write through HDF5 itself: the project's writer refuses some of what is wrong here."""
    with h5py.File(path, "w") as file, h5py.File(SAMPLE) as sample:
        file.attrs.update(sample.attrs)
        data = file.create_group("data")
        data.attrs.update(sample["data"].attrs)
        data.attrs["total"] = sum(episode.num_samples for episode in episodes)
        for episode in episodes:
            demo = data.create_group(episode.name)
            for key, value in episode.attrs.items():
                demo.attrs[key] = json.dumps(value) if isinstance(value, dict) else value
            demo.attrs["num_samples"] = episode.num_samples
            for name, values in episode.data.items():
                demo[name] = values
    return path


def test_the_samples_are_in_order():
    report = check_file(SAMPLE)
    assert report.findings == () and len(report.demos) == 10
    assert "0 errors, 0 warnings, 0 hints" in format_report(report)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_spoiled_copy_is_named(tmp_path, samples, fault):
    level, check, spoil = FAULTS[fault]
    episodes = [Episode(dict(demo.data), dict(demo.attrs), demo.name) for demo in samples]
    episodes[3] = spoil(episodes[3])
    report = check_file(write(tmp_path / "a.hdf5", episodes))
    found = [finding for finding in report.findings if finding.check == check]
    assert found and {(finding.demo, finding.level) for finding in found} == {(SPOILED, level)}
    assert {finding.demo for finding in report.findings} == {SPOILED}, report.findings
    assert report.demos_with([check]) == [SPOILED]
    # Numbers are comparable with the documented limit.
    for finding in found:
        assert finding.limit is None or finding.value is not None
    assert f"{check}: {found[0].message}" in format_report(report)


def marked(episodes: list[Episode], marks: dict[str, dict[str, int | None]]) -> list[Episode]:
    """Add termination signals; `marks` says where those of some demonstrations differ."""
    result = []
    for episode in episodes:
        rises = {name: 60 + 60 * number for number, name in enumerate(SIGNALS)} | marks.get(episode.name, {})
        signals = {
            f"{TERM_SIGNALS}/{name}": np.arange(episode.num_samples) >= (10**6 if sample is None else sample)
            for name, sample in rises.items()
        }
        result.append(Episode({**episode.data, **signals}, episode.attrs, episode.name))
    return result


@pytest.mark.parametrize(
    ("marks", "level", "check"),
    [
        ({"grasp_2": None}, "error", "subtask_missing"),
        ({"stack_1": 63}, "warning", "short_subtask"),
        ({"grasp_3": 220}, "error", "mixed_subtasks"),
        ({f"extra_{number}": 190 + 10 * number for number in range(6)}, "warning", "many_subtasks"),
    ],
)
def test_subtasks_are_looked_at(tmp_path, samples, marks, level, check):
    assert check_file(write(tmp_path / "good.hdf5", marked(samples, {}))).findings == ()
    report = check_file(write(tmp_path / "bad.hdf5", marked(samples, {SPOILED: marks})))
    assert (SPOILED, level, check) in {(finding.demo, finding.level, finding.check) for finding in report.findings}
    assert {finding.demo for finding in report.findings} == {SPOILED}


def test_a_transform_that_is_none(tmp_path, samples):
    poses = {demo.name: np.tile(np.eye(4, dtype=np.float32), (demo.num_samples, 1, 1)) for demo in samples}
    poses[SPOILED][7, :3, :3] *= 1.05
    poses["demo_4"][9, 0, 0] = -1.0
    episodes = [
        Episode({**demo.data, "obs/datagen_info/object_pose/cube_1": poses[demo.name]}, demo.attrs, demo.name)
        for demo in samples
    ]
    report = check_file(write(tmp_path / "a.hdf5", episodes))
    found = {(finding.demo, finding.check): finding.message for finding in report.findings}
    assert set(found) == {(SPOILED, "rotation"), ("demo_4", "rotation")}
    assert "row 7" in found[SPOILED, "rotation"] and "row 9" in found["demo_4", "rotation"]


def test_the_file_itself_is_looked_at(tmp_path, samples):
    path = write(tmp_path / "a.hdf5", samples)
    with h5py.File(path, "r+") as file:
        del file.attrs["format_version"], file["data"].attrs["env_args"]
        file["data"].attrs["total"] = 7
        file["data/demo_0"].attrs["num_samples"] = 7
    report = check_file(path)
    found = {(finding.demo, finding.level, finding.check) for finding in report.findings}
    # Quaternions of unit length are so in any order.
    assert found == {
        ("", "hint", "old_format"),
        ("", "warning", "no_task"),
        ("", "warning", "total"),
        ("demo_0", "warning", "num_samples"),
    }


def test_thresholds_can_be_set(samples, tmp_path):
    path = write(tmp_path / "a.hdf5", [take(demo, np.arange(-40, demo.num_samples)) for demo in samples])
    assert check_file(path).demos_with(["idle_start"]) == [demo.name for demo in samples]
    assert check_file(path, Thresholds(max_idle_start=50)).findings == ()
    assert check_file(path, names=["demo_1"]).demos == ("demo_1",)
    with pytest.raises(InputFileError, match="there is no demonstration 'demo_77'"):
        check_file(path, names=["demo_77"])


def test_a_damaged_demonstration_does_not_hide_the_others(tmp_path, samples):
    path = write(tmp_path / "a.hdf5", samples)
    with h5py.File(path, "r+") as file:
        demo = file["data/demo_2"]
        del demo["obs/eef_pos"]
        damaged = demo.create_dataset("obs/eef_pos", data=samples[2].data["obs/eef_pos"], chunks=True, compression=4)
        place = damaged.id.get_chunk_info(0)
    with path.open("r+b") as file:
        file.seek(place.byte_offset)
        file.write(b"\xff" * place.size)
    report = check_file(path)
    assert ("demo_2", "damaged") in {(finding.demo, finding.check) for finding in report.findings}
    assert report.count("error") == 1


def test_the_guide_names_every_check_and_threshold():
    guide = (SAMPLE.parents[2] / "docs" / "datasets.md").read_text(encoding="utf-8")
    for field in fields(Thresholds):
        assert f"`{field.name}`" in guide, field.name
        assert f"`{field.name}` ({field.default:g}" in guide, field.name
    for _, check, _ in FAULTS.values():
        assert f"`{check}`" in guide, check


def test_our_writer_and_checks_agree(tmp_path, samples):
    with DatasetWriter(tmp_path / "a.hdf5", {"env_name": "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0"}) as writer:
        for demo in samples:
            writer.add(demo)
    assert check_file(writer.path).findings == ()
