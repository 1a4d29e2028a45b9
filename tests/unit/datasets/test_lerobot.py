# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""LeRobot's datasets, made and read back by lerobot in its own environment."""

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from waiting import LIMIT, LONG

from isaaclab_mimic_core import interpreter
from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, Episode
from isaaclab_mimic_core.datasets.check import require
from isaaclab_mimic_core.datasets.export import ExportReport
from isaaclab_mimic_core.datasets.importing import write_imported
from isaaclab_mimic_core.datasets.lerobot import (
    LeRobotTerms,
    export_lerobot,
    import_lerobot,
    importing,
    lerobot_terms,
    process,
)
from isaaclab_mimic_core.datasets.lerobot.features import Part
from isaaclab_mimic_core.datasets.lerobot.labels import labels_of
from isaaclab_mimic_core.errors import (
    DatasetError,
    InputFileError,
    MimicError,
    OptionError,
    OutputError,
    PlatformError,
    TaskError,
)

SAMPLE = Path(__file__).parents[3] / "data" / "franka_stack" / "demos.hdf5"
HEIGHT, WIDTH = 64, 84
TEXTS = {"franka": [("grasp_1", "Grasp red cube"), ("stack_1", "Stack it"), (None, "Grasp green cube")]}


def pictures(count: int) -> np.ndarray:
    """A red square that moves over a grey gradient."""
    frames = np.empty((count, HEIGHT, WIDTH, 3), np.uint8)
    frames[:] = np.linspace(40, 200, WIDTH).astype(np.uint8)[None, None, :, None]
    for number, frame in enumerate(frames):
        frame[16:32, number : number + 16] = (220, 20, 20)
    return frames


def distances(count: int) -> np.ndarray:
    """From 0.5 m to 2.5 m; nothing is seen in one corner."""
    depth = np.linspace(0.5, 2.5, count * HEIGHT * WIDTH, dtype=np.float32).reshape(count, HEIGHT, WIDTH, 1)
    depth[:, 0, 0] = np.inf
    return depth


def demos(path: Path, make_episode: Callable[..., Episode], *successes: bool) -> Path:
    """Annotated demonstrations of 30, 31, ... samples, with all kinds of terms."""
    with DatasetWriter(
        path, {"env_name": "Task-v0", "env_kwargs": {"a": 1}}, attrs={"mimic": {"by": "test"}}
    ) as writer:
        for seed, success in enumerate(successes):
            count = 30 + seed
            rng = np.random.default_rng(seed)
            data = make_episode(count, seed, annotated=True).data | {
                "obs/pose": rng.normal(size=(count, 4, 4)).astype(np.float32),
                "obs/height": np.linspace(0, 1, count),
                "obs/cube_positions": rng.normal(size=(count, 3)).astype(np.float32),
                "obs/points": np.zeros((count, 100, 3), np.float32),
                "obs/actions": np.zeros((count, 7), np.float32),
                "obs/table_cam": pictures(count),
                "obs/table_depth": distances(count),
                "obs/icon": np.zeros((count, 16, 16, 3), np.uint8),
                "obs/labels": np.zeros((count, HEIGHT, WIDTH, 1), np.int32),
            }
            writer.add(Episode(data, {"success": success, "seed": seed, "mimic": {"recorded": {"number": seed}}}))
    return path


@pytest.fixture(scope="module")
def lerobot() -> str:
    """The Python that has lerobot; `./mimic.sh test` makes its environment."""
    try:
        return interpreter.find_lerobot_python()
    except PlatformError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def read(lerobot, tmp_path_factory) -> Callable[[Path], tuple[dict, dict[str, np.ndarray]]]:
    """Reads a dataset with lerobot."""

    def reading(folder: Path) -> tuple[dict, dict[str, np.ndarray]]:
        output = tmp_path_factory.mktemp("read") / "read"
        environment = os.environ | {"HF_HUB_OFFLINE": "1", "HF_DATASETS_CACHE": str(output.with_name("cache"))}
        command = [lerobot, str(Path(__file__).with_name("read_lerobot.py")), str(folder), str(output)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=LIMIT)
        assert done.returncode == 0, done.stderr[-3000:]
        with np.load(output.with_suffix(".npz")) as arrays:
            return json.loads(output.with_suffix(".json").read_text()), dict(arrays)

    return reading


@dataclass(frozen=True)
class Exported:
    """A file, and the dataset that was made of it."""

    file: Path
    folder: Path
    report: ExportReport
    seen: list[tuple[str, int, int]]


@pytest.fixture(scope="module")
def exported(tmp_path_factory, make_episode, lerobot) -> Exported:
    place, seen = tmp_path_factory.mktemp("exported"), []
    path = demos(place / "demos.hdf5", make_episode, True, False, True)
    report = export_lerobot(
        path,
        place / "out",
        fps=20,
        task="Stack two cubes",
        robot_type="franka",
        action_parts=[("arm", 6), ("gripper", 1)],
        subtask_texts=lambda: TEXTS,
        failed=True,
        on_exported=lambda *news: seen.append(news),
    )
    return Exported(path, place / "out", report, seen)


def test_lerobot_reads_what_was_exported(exported, read):
    report, seen, path = exported.report, exported.seen, exported.file
    assert seen == [("demo_0", 1, 3), ("demo_1", 2, 3), ("demo_2", 3, 3)] and (report.demos, report.samples) == (3, 93)
    assert set(report.notes) == {
        "left out, as it is the action of the step before: actions",
        "left out, as a sample is 300 numbers wide, and at most 256 make a state: points",
        "left out, as a video does not keep pixels that are integers, such as labels: labels",
        "left out, as a video takes images of 32 pixels a side and more: icon",
    }
    assert sorted(file.name for file in path.parent.iterdir()) == ["demos.hdf5", "out"]
    about, arrays = read(exported.folder)
    with DatasetReader(path) as reader:
        episodes = [reader.read(name) for name in reader.episode_names]

    def ours(*paths: str) -> np.ndarray:
        return np.concatenate(
            [
                np.concatenate([demo.data[each].reshape(demo.num_samples, -1) for each in paths], axis=1)
                for demo in episodes
            ]
        ).astype(np.float32)

    assert about["version"] == "v3.0" and about["fps"] == 20 and about["robot_type"] == "franka"
    np.testing.assert_array_equal(arrays["action"], ours("actions"))
    state = ("obs/eef_pos", "obs/gripper_open", "obs/height", "obs/pose")
    np.testing.assert_array_equal(arrays["observation.state"], ours(*state))
    np.testing.assert_array_equal(arrays["observation.environment_state"], ours("obs/cube_positions"))
    names = about["features"]["observation.state"]["names"]
    assert names[3:6] == ["gripper_open.0", "height.0", "pose.0.0"] and len(names) == 3 + 1 + 1 + 16
    assert about["features"]["action"]["names"] == [*(f"arm.{at}" for at in range(6)), "gripper.0"]
    lengths = [demo.num_samples for demo in episodes]
    np.testing.assert_array_equal(arrays["episode_index"], np.repeat(np.arange(3), lengths))
    time = np.concatenate([np.arange(length) / 20 for length in lengths])
    np.testing.assert_allclose(arrays["timestamp"], time, atol=1e-6)
    # What policies are normalised by.
    np.testing.assert_allclose(about["stats"]["action"], ours("actions").mean(axis=0), atol=1e-5)
    # No policy gets what only our own import reads.
    assert about["policy_features"].keys() == {
        "action",
        "observation.state",
        "observation.environment_state",
        "observation.images.table_cam",
        "observation.images.table_depth",
    }

    # Colours within what the codec loses, distances within the 12 bits of a depth video.
    film = np.concatenate([demo.data["obs/table_cam"] for demo in episodes])[::7].transpose(0, 3, 1, 2)
    error = np.abs(arrays["observation.images.table_cam"] * 255 - film)
    assert error.mean() < 4 and arrays["observation.images.table_cam"].shape == film.shape
    depth = np.concatenate([demo.data["obs/table_depth"] for demo in episodes])[::7].transpose(0, 3, 1, 2)
    depth[depth == np.inf] = 10.0  # the farthest that a depth video holds
    np.testing.assert_allclose(arrays["observation.images.table_depth"] / 1000, depth, atol=0.003)

    ends = np.cumsum(lengths) - 1
    np.testing.assert_array_equal(np.flatnonzero(arrays["next.done"]), ends)
    np.testing.assert_array_equal(np.flatnonzero(arrays["next.success"]), ends[[0, 2]])
    assert about["successful"] == [0, 2]
    assert [row["seed"] for row in about["episodes"]] == [0, 1, 2]
    assert [row["mimic/demo"] for row in about["episodes"]] == ["demo_0", "demo_1", "demo_2"]
    assert json.loads(about["episodes"][1]["mimic/history"]) == {"recorded": {"number": 1}}

    # The task, and the subtasks both as LeRobot's language columns and as GR00T's annotations have them.
    assert about["item"]["task"] == "Stack two cubes" and about["item"]["episode_index"] == 1
    words = [text for _, text in TEXTS["franka"]]
    assert about["tasks"] == {text: at for at, text in enumerate(["Stack two cubes", *words])}
    (first, second) = about["language"]
    assert [(style, text) for style, text, _ in first] == [("subtask", text) for text in words]
    np.testing.assert_allclose([at for *_, at in first], [0, 11 / 20, 16 / 20], atol=1e-6)
    np.testing.assert_allclose([at for *_, at in second], [0, 11 / 20, 16 / 20], atol=1e-6)
    indices = arrays["annotation.human.subtask_description"]
    np.testing.assert_array_equal(indices[:30], [1] * 11 + [2] * 5 + [3] * 14)
    assert not arrays["annotation.human.task_description"].any()
    check_gr00t(exported.folder, about)


def check_gr00t(folder: Path, about: dict) -> None:
    """Check what GR00T's "Robot Data Preparation Guide" asks for, as far as a dataset of v3.0 can have it.

    (Its loader wants v2.1; a script of its repository converts.) Slices cover the features that they are of, videos
    are named `observation.images.<name>`, and each annotation is a column of numbers of texts in the table of tasks.
    """
    modality = json.loads((folder / "meta" / "modality.json").read_text())
    assert modality.keys() == {"state", "action", "video", "annotation"}
    for kind, default in (("state", "observation.state"), ("action", "action")):
        covered: dict[str, list[int]] = {}
        for entry in modality[kind].values():
            covered.setdefault(entry.get("original_key", default), []).extend(range(entry["start"], entry["end"]))
        assert default in covered
        for key, places in covered.items():
            assert places == list(range(about["features"][key]["shape"][0]))
    assert modality["action"]["gripper"] == {"start": 6, "end": 7, "original_key": "action"}
    assert modality["state"]["pose"] == {"start": 5, "end": 21, "original_key": "observation.state"}
    for entry in modality["video"].values():
        feature = about["features"][entry["original_key"]]
        assert entry["original_key"].startswith("observation.images.") and feature["dtype"] == "video"
        assert feature["shape"][2] == 3
    columns = {name for name in about["features"] if name.startswith("annotation.")}
    assert columns == {f"annotation.{name}" for name in modality["annotation"]}
    assert all(about["features"][name]["dtype"] == "int64" for name in columns)
    assert {"mean", "std", "min", "max", "q01", "q99"} <= json.loads((folder / "meta" / "stats.json").read_text())[
        "action"
    ].keys()


def test_what_was_exported_comes_back(tmp_path, exported):
    saved = []
    report = import_lerobot(exported.folder, tmp_path / "back.hdf5", on_saved=lambda *news: saved.append(news))
    assert (report.demos, report.samples, len(report.notes)) == (3, 93, 5)
    assert saved == [("demo_0", 30, 1, 3), ("demo_1", 31, 2, 3), ("demo_2", 32, 3, 3)]
    lost = {f"obs/{name}" for name in ("actions", "points", "labels", "icon", "table_cam", "table_depth")}
    assert "observation.images.table_cam, observation.images.table_depth" in report.notes[0]
    with DatasetReader(exported.file) as before, DatasetReader(tmp_path / "back.hdf5") as after:
        assert after.env_args == before.env_args and after.data_attrs["mimic"]["by"] == "test"
        assert after.data_attrs["mimic"]["imported"] == {"format": "lerobot", "from": "out"}
        for name in before.episode_names:
            old, new = before.read(name), after.read(name)
            assert old.data.keys() - lost == new.data.keys()
            for path, values in new.data.items():
                assert values.dtype == old.data[path].dtype
                # obs/height was float64.
                np.testing.assert_array_equal(values, old.data[path].astype("f4").astype(values.dtype), err_msg=path)
            assert (old.success, old.seed) == (new.success, new.seed)
            assert new.attrs["mimic"]["recorded"] == old.attrs["mimic"]["recorded"]
        assert new.attrs["mimic"]["imported"] == {"from": "out", "episode": 2, "tasks": ["Stack two cubes"]}
        require(after, ["initial_state", "states", "obs"])
    with pytest.raises(OutputError, match="exists already"):
        import_lerobot(exported.folder, tmp_path / "back.hdf5")


def about_features(**changes) -> str:
    known = {"format": 1, "env_args": {}, "history": None, "features": {"action": [["actions", [7], "<f4"]]}}
    return json.dumps(known | changes)


NO_DATASET: dict[str, tuple[str, dict[str, str]]] = {
    "no dataset": ("has no meta/info.json", {}),
    "older format": ("is of LeRobot's format v2.1, not v3.0", {"info.json": '{"codebase_version": "v2.1"}'}),
    "no JSON": ("info.json: cannot be read", {"info.json": "{"}),
    "our newer format": ("has format 2, not 1", {"mimic.json": about_features(format=2)}),
    "no history": ("its history is no JSON object", {"mimic.json": about_features(history=[])}),
    "text": (
        "its features cannot be used",
        {"mimic.json": about_features(features={"action": [["actions", [7], "U9"]]})},
    ),
    "one in another": (
        "lies below a value",
        {"mimic.json": about_features(features={"action": [["actions", [7], "<f4"], ["actions/a", [7], "<f4"]]})},
    ),
}


@pytest.mark.parametrize("reason", NO_DATASET)
def test_what_cannot_be_imported_is_refused_before_lerobot_is_started(tmp_path, monkeypatch, reason):
    says, files = NO_DATASET[reason]
    monkeypatch.setattr(process, "find_lerobot_python", lambda: pytest.fail("lerobot is started"))
    if files:
        (tmp_path / "in" / "meta").mkdir(parents=True)
    for name, text in ({"info.json": '{"codebase_version": "v3.0"}'} | files if files else {}).items():
        (tmp_path / "in" / "meta" / name).write_text(text)
    with pytest.raises(InputFileError) as error:
        import_lerobot(tmp_path / "in", tmp_path / "out.hdf5")
    assert says in str(error.value) and len(str(error.value).splitlines()) <= 2
    assert not (tmp_path / "out.hdf5").exists()


def test_an_import_that_fails_late_leaves_no_output_and_keeps_an_old_one(tmp_path, make_episode):
    output = tmp_path / "out.hdf5"

    def two(last: Exception | None) -> Iterator[Episode]:
        yield make_episode(5)
        if last:
            raise last
        yield make_episode(6)

    def run(last: Exception | None) -> None:
        told: dict[str, Any] = {"env_args": {"env_name": "T"}, "history": {}, "on_saved": None}
        write_imported(two(last), 2, tmp_path, output, overwrite=True, **told)

    with pytest.raises(DatasetError, match="wrong"):
        run(DatasetError("wrong"))
    assert not output.exists()
    run(None)
    before = output.read_bytes()
    with pytest.raises(DatasetError, match="wrong"):
        run(DatasetError("wrong"))
    assert output.read_bytes() == before and list(tmp_path.iterdir()) == [output]


def test_of_anothers_dataset_what_is_observed_and_done_is_imported():
    there = {
        "action": {"dtype": "float32", "shape": [6]},
        "observation.state": {"dtype": "float64", "shape": [6]},
        "observation.force.wrist": {"dtype": "float32", "shape": [2, 3]},
        "observation.force_wrist": {"dtype": "float32", "shape": [3]},
        "observation.images.top": {"dtype": "video", "shape": [48, 64, 3]},
        "next.reward": {"dtype": "float32", "shape": [1]},
        "note": {"dtype": "string", "shape": [1]},
    }
    parts = importing._parts_of_foreign(there)
    importing._check_parts(parts, there, Path("in"))
    assert parts == {
        "action": (Part("actions", (6,), "<f4"),),
        "observation.state": (Part("obs/state", (6,), "<f8"),),
        "observation.force.wrist": (Part("obs/force_wrist", (2, 3), "<f4"),),
        "observation.force_wrist": (Part("obs/force_wrist_2", (3,), "<f4"),),
    }
    assert list(importing._left_out({"features": there, "episodes": []}, parts, {})) == [
        "left out, as images are not imported (mimic render draws them again): observation.images.top",
        "left out, as a file has no place for them: next.reward, note",
    ]
    wider = {"action": (Part("actions", (7,), "<f4"),)}
    for wrong, says in (({}, "has no actions"), (wider, "action is 6 numbers wide, and its arrays are 7")):
        with pytest.raises(InputFileError, match=says):
            importing._check_parts(wrong, there, Path("in"))


def test_an_initial_state_is_checked():
    found = importing._initial_state('{"articulation/robot/root_pose": ["<f4", [2], [0.5, 1]]}', "in")
    assert list(found) == ["initial_state/articulation/robot/root_pose"] and found.popitem()[1].tolist() == [[0.5, 1.0]]
    for wrong in (
        "{",
        "[1]",
        '{"a": ["<f4", [3], [1]]}',
        '{"a": ["<U3", [1], ["x"]]}',
        '{"a//b": ["<f4", [1], [1]]}',
        7,
    ):
        with pytest.raises(DatasetError, match="its initial state cannot be read"):
            importing._initial_state(wrong, "in")


def test_terms_are_sorted_and_checked(tmp_path, make_episode):
    with DatasetReader(SAMPLE) as reader:
        terms = lerobot_terms(reader)
    assert terms.state == ("eef_pos", "eef_quat", "gripper_pos", "joint_pos", "joint_vel") and not terms.cameras
    assert terms.environment_state == ("cube_orientations", "cube_positions", "object")
    path = demos(tmp_path / "demos.hdf5", make_episode, True)
    with DatasetReader(path) as reader:
        terms = lerobot_terms(reader)
    assert terms.cameras == ("table_cam", "table_depth") and terms.environment_state == ("cube_positions",)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    for wrong, error, says in (
        ({"terms": LeRobotTerms(("table_cam",), ())}, OptionError, "table_cam cannot be exported: images become"),
        ({"terms": LeRobotTerms(("nothing",), ())}, DatasetError, "demo_0: has no obs/nothing"),
        ({"terms": LeRobotTerms(("points",), ())}, OptionError, "300 numbers wide"),
        ({"terms": LeRobotTerms((), (), ("wrist",))}, OptionError, "no camera 'wrist'"),
        ({"terms": LeRobotTerms((), (), ("labels",))}, OptionError, "labels cannot be exported"),
        ({"action_parts": [("arm", 6)]}, OptionError, "6 numbers wide together, and an action is 7"),
        ({"fps": 0}, OptionError, "at least one sample a second"),
        ({"output": tmp_path / "full"}, OutputError, "exists already"),
    ):
        with pytest.raises(error, match=says):
            export_lerobot(path, **{"output": tmp_path / "out", "fps": 30, "task": "Look", **wrong})
    assert sorted(file.name for file in tmp_path.iterdir()) == ["demos.hdf5", "full"]


@pytest.fixture
def spoiled(make_file) -> Callable[[Callable[[h5py.Group], object]], Path]:
    """Makes a file of three demonstrations, the second of them changed."""

    def spoil(change: Callable[[h5py.Group], object]) -> Path:
        path = make_file(3)
        with h5py.File(path, "r+") as file:
            change(file["data/demo_1"])
        return path

    return spoil


def put(demo: h5py.Group, path: str, values: np.ndarray) -> None:
    del demo[path]
    demo[path] = values


STATE = "states/articulation/robot/root_pose"
REFUSED: dict[str, tuple[str, Callable[[h5py.Group], object]]] = {
    "NaN": ("demo_1: obs/eef_pos, row 5 is not finite", lambda demo: demo["obs/eef_pos"].__setitem__(5, np.nan)),
    "NaN in states": (f"demo_1: {STATE}, row 5 is not finite", lambda demo: demo[STATE].__setitem__(5, np.nan)),
    "0 samples": ("demo_1: has 0 samples", lambda demo: put(demo, "actions", np.zeros((0, 7), "f4"))),
    "other width": ("demo_1: obs/eef_pos holds numbers 2", lambda demo: put(demo, "obs/eef_pos", np.zeros((31, 2)))),
    "text": ("demo_1: obs/eef_pos holds text", lambda demo: put(demo, "obs/eef_pos", np.array([b"a"] * 31))),
    "too large": (
        "demo_1: a number of obs/eef_pos is too large for float32",
        lambda demo: put(demo, "obs/eef_pos", np.full((31, 3), 1e300)),
    ),
    "no observations": (
        "has no observations that make a state",
        lambda demo: [each.pop("obs") for each in demo.parent.values()],
    ),
    "all failed": (
        "every demonstration asked for is marked as not successful",
        lambda demo: [each.attrs.modify("success", False) for each in demo.parent.values()],
    ),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_cannot_be_exported_is_refused_before_lerobot_is_started(tmp_path, spoiled, reason, monkeypatch):
    says, change = REFUSED[reason]
    path = spoiled(change)
    monkeypatch.setattr(process, "find_lerobot_python", lambda: pytest.fail("lerobot is started"))
    with pytest.raises(MimicError) as error:
        export_lerobot(path, tmp_path / "out", fps=20, task="Stack", subtask_texts=lambda: pytest.fail("asked"))
    assert says in str(error.value) and len(str(error.value).splitlines()) <= 2
    assert sorted(file.name for file in tmp_path.iterdir()) == ["demos.hdf5"]


@pytest.mark.parametrize("states", [True, False])
def test_marks_are_checked_too(tmp_path, make_file, monkeypatch, states):
    monkeypatch.setattr(process, "find_lerobot_python", lambda: pytest.fail("lerobot is started"))
    path = make_file(2, annotated=True)
    with h5py.File(path, "r+") as file:
        put(file["data/demo_1"], "obs/datagen_info/subtask_term_signals/grasp_1", np.array([b"a"] * 31))
    with pytest.raises(DatasetError, match="demo_1: obs/datagen_info/subtask_term_signals/grasp_1 holds text"):
        export_lerobot(path, tmp_path / "out", fps=20, task="Stack", states=states)


def test_descriptions_of_subtasks_that_cannot_be_read_are_noted(make_file):
    def unknown() -> dict:
        raise TaskError("there is no task 'Old'", where="--task")

    with DatasetReader(make_file(2, annotated=True)) as reader:
        labels, notes = labels_of(reader, reader.episode_names, "Stack", unknown)
        described, others = labels_of(reader, reader.episode_names, "Stack", lambda: TEXTS)
    (note,) = [note for note in notes if note not in others]
    assert note == (
        "subtasks are named after their signals, as the task does not describe them: there is no task 'Old'"
    )
    assert "Grasp 1" in labels.texts and "Grasp red cube" not in labels.texts and "Grasp red cube" in described.texts


def test_without_lerobot_it_is_said_how_to_get_it(tmp_path, monkeypatch):
    def refused() -> str:
        with pytest.raises(PlatformError) as error:
            export_lerobot(SAMPLE, tmp_path / "a", fps=20, task="Stack")
        assert not list(tmp_path.iterdir())
        return str(error.value)

    monkeypatch.delenv(interpreter.LEROBOT_VARIABLE, raising=False)
    # In a wheel's or a Kit's installation there is no launcher.
    for checkout, remedy in ((SAMPLE.parents[2], "./mimic.sh setup lerobot"), (tmp_path, interpreter.LEROBOT_VARIABLE)):
        monkeypatch.setattr(interpreter, "_CHECKOUT", checkout)
        monkeypatch.setattr(interpreter, "_LEROBOT_ENVIRONMENT", "no-environment")
        assert remedy in refused()
    monkeypatch.setenv(interpreter.LEROBOT_VARIABLE, str(tmp_path / "nowhere"))
    assert f"Correct {interpreter.LEROBOT_VARIABLE}" in refused()
    # Another program ends at once, and this Python has no lerobot of its own.
    monkeypatch.setenv(interpreter.LEROBOT_VARIABLE, "/bin/false")
    assert "/bin/false: the process that runs lerobot has ended (exit status 1)" in refused()


@pytest.mark.lerobot
def test_act_trains_on_what_was_exported(tmp_path, make_episode, lerobot):
    path = demos(tmp_path / "demos.hdf5", make_episode, True, True)
    with DatasetReader(path) as reader:
        terms = replace(lerobot_terms(reader), cameras=("table_cam",))  # ACT's encoder takes colours.
    export_lerobot(path, tmp_path / "stack", fps=20, task="Stack two cubes", terms=terms, subtask_texts=lambda: TEXTS)
    options = {
        "dataset.repo_id": "stack",
        "dataset.root": tmp_path / "stack",
        "dataset.video_backend": "pyav",
        "policy.type": "act",
        "policy.push_to_hub": "false",
        "policy.device": "cpu",
        "policy.pretrained_backbone_weights": "null",
        "policy.dim_model": 64,
        "policy.dim_feedforward": 128,
        "policy.n_heads": 4,
        "policy.chunk_size": 10,
        "policy.n_action_steps": 10,
        "batch_size": 2,
        "num_workers": 0,
        "steps": 20,
        "log_freq": 10,
        "output_dir": tmp_path / "run",
    }
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "HF_DATASETS_CACHE": str(tmp_path / "cache")}
    command = [str(Path(lerobot).with_name("lerobot-train")), *(f"--{name}={value}" for name, value in options.items())]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=LONG)
    assert done.returncode == 0, done.stderr[-3000:]
    checkpoint = tmp_path / "run" / "checkpoints" / "000020" / "pretrained_model"
    inputs = json.loads((checkpoint / "config.json").read_text())["input_features"]
    assert {name: each["shape"] for name, each in inputs.items()} == {
        "observation.state": [21],
        "observation.environment_state": [3],
        "observation.images.table_cam": [3, HEIGHT, WIDTH],
    }
    losses = [float(found) for found in re.findall(r"\bloss:([0-9.]+)", done.stderr + done.stdout)]
    assert len(losses) == 2 and losses[1] < losses[0]
