# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Exports, read back with the programs they are made for."""

from collections.abc import Callable
from pathlib import Path

import h5py
import imageio_ffmpeg
import numpy as np
import pytest

from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, Episode
from isaaclab_mimic_core.datasets.export import LeRobotTerms, export_lerobot, export_mp4, lerobot_terms
from isaaclab_mimic_core.errors import DatasetError, MimicError, OptionError, OutputError, PlatformError

SAMPLE = Path(__file__).parents[3] / "data" / "franka_stack" / "demos.hdf5"
HEIGHT, WIDTH = 48, 65


def pictures(count: int) -> np.ndarray:
    """A red square that moves over a grey gradient."""
    frames = np.empty((count, HEIGHT, WIDTH, 3), np.uint8)
    frames[:] = np.linspace(40, 200, WIDTH).astype(np.uint8)[None, None, :, None]
    for number, frame in enumerate(frames):
        frame[16:32, number : number + 16] = (220, 20, 20)
    return frames


@pytest.fixture
def with_cameras(tmp_path, make_episode) -> Path:
    with DatasetWriter(tmp_path / "cameras.hdf5", {"env_name": "Task-v0"}) as writer:
        for seed in range(2):
            depth = np.linspace(0.5, 2.5, 30 * HEIGHT * WIDTH, dtype=np.float32).reshape(30, HEIGHT, WIDTH, 1)
            depth[:, 0, 0] = np.inf
            data = make_episode(30, seed).data | {"obs/table_cam": pictures(30), "obs/depth": depth}
            writer.add(Episode(data, {"success": True}))
    return writer.path


def frames_of(path: Path) -> tuple[dict, np.ndarray]:
    reader = imageio_ffmpeg.read_frames(str(path))
    about = next(reader)
    width, height = about["size"]
    return about, np.stack([np.frombuffer(frame, np.uint8).reshape(height, width, 3) for frame in reader])


def test_lerobot_reads_equal_values(tmp_path):
    from lerobot.datasets.lerobot_dataset import LeRobotDataset

    seen = []
    report = export_lerobot(
        SAMPLE,
        tmp_path / "stack",
        fps=20,
        task="Stack three cubes",
        robot_type="franka",
        names=["demo_0", "demo_3", "demo_9"],
        on_exported=lambda *news: seen.append(news),
    )
    assert seen == [("demo_0", 1, 3), ("demo_3", 2, 3), ("demo_9", 3, 3)]
    dataset = LeRobotDataset("stack", root=tmp_path / "stack")
    assert str(dataset.meta.info["codebase_version"]) == "v3.0"
    assert dataset.fps == 20 and dataset.meta.robot_type == "franka"
    assert dataset.num_episodes == report.demos == 3 and dataset.num_frames == report.samples
    with DatasetReader(SAMPLE) as reader:
        terms = lerobot_terms(reader)
        assert terms.state == ("eef_pos", "eef_quat", "gripper_pos", "joint_pos", "joint_vel")
        assert terms.environment_state == ("cube_orientations", "cube_positions", "object")
        episodes = [reader.read(name) for name in ("demo_0", "demo_3", "demo_9")]
    rows = dataset.hf_dataset.with_format("numpy")[:]
    expected = {
        "action": ["actions"],
        "observation.state": [f"obs/{name}" for name in terms.state],
        "observation.environment_state": [f"obs/{name}" for name in terms.environment_state],
    }
    for key, paths in expected.items():
        ours = np.concatenate([np.concatenate([demo.data[path] for path in paths], axis=1) for demo in episodes])
        np.testing.assert_array_equal(np.stack(rows[key]), ours, err_msg=key)
    lengths = [demo.num_samples for demo in episodes]
    np.testing.assert_array_equal(rows["episode_index"], np.repeat(np.arange(3), lengths))
    np.testing.assert_allclose(rows["timestamp"], np.concatenate([np.arange(length) / 20 for length in lengths]))
    names = dataset.meta.features["observation.state"]["names"]
    assert names[:4] == ["eef_pos.0", "eef_pos.1", "eef_pos.2", "eef_quat.0"] and len(names) == 27
    item = dataset[400]
    assert item["task"] == "Stack three cubes" and int(item["episode_index"]) == 1
    np.testing.assert_array_equal(item["action"], episodes[1].data["actions"][400 - lengths[0]])
    # What policies are normalised by.
    everything = np.concatenate([demo.data["actions"] for demo in episodes])
    np.testing.assert_allclose(dataset.meta.stats["action"]["mean"], everything.mean(axis=0), atol=1e-5)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["stack"]


def test_lerobot_terms_can_be_chosen_and_cameras_are_told(tmp_path, with_cameras):
    with DatasetReader(with_cameras) as reader:
        assert lerobot_terms(reader) == LeRobotTerms(("eef_pos", "gripper_open"), ())
    report = export_lerobot(
        with_cameras, tmp_path / "a", fps=30, task="Look", terms=LeRobotTerms(("gripper_open",), ("eef_pos",))
    )
    assert report.samples == 60 and "depth, table_cam" in report.notes[0]
    with pytest.raises(OutputError, match="exists already"):
        export_lerobot(with_cameras, tmp_path / "a", fps=30, task="Look")
    with pytest.raises(OptionError, match="table_cam cannot be exported: pictures go to videos"):
        export_lerobot(with_cameras, tmp_path / "b", fps=30, task="Look", terms=LeRobotTerms(("table_cam",), ()))
    with pytest.raises(DatasetError, match="demo_0: has no obs/nothing"):
        export_lerobot(with_cameras, tmp_path / "b", fps=30, task="Look", terms=LeRobotTerms(("nothing",), ()))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "cameras.hdf5"]


@pytest.fixture
def spoiled(make_file) -> Callable[[Callable[[h5py.Group], object]], Path]:
    """Makes a file of three demonstrations, the second of them changed."""

    def spoil(change: Callable[[h5py.Group], object]) -> Path:
        path = make_file(3)
        with h5py.File(path, "r+") as file:
            change(file["data/demo_1"])
        return path

    return spoil


def test_lerobot_flattens_what_can_be_a_state_and_says_what_is_left_out(tmp_path, make_episode):
    from lerobot.datasets.lerobot_dataset import LeRobotDataset

    poses = np.random.default_rng(0).normal(size=(30, 4, 4)).astype(np.float32)
    heights = np.linspace(0, 1, 30)
    with DatasetWriter(tmp_path / "a.hdf5", {"env_name": "Task-v0"}) as writer:
        for success in (True, False, True):
            more = {"obs/pose": poses, "obs/height": heights, "obs/points": np.zeros((30, 100, 3), "f4")}
            data = make_episode(30).data | more | {"obs/actions": np.zeros((30, 7), "f4")}
            writer.add(Episode(data, {"success": success}))
    with h5py.File(tmp_path / "a.hdf5", "r+") as file:
        for demo in file["data"].values():
            demo["obs/words"] = np.array([b"stack"] * 30)
    report = export_lerobot(tmp_path / "a.hdf5", tmp_path / "out", fps=20, task="Stack")
    assert (report.demos, report.samples) == (2, 60)
    assert set(report.notes) == {
        "left out, as it is the action of the step before: actions",
        "left out, as a sample is 300 numbers wide, and at most 256 make a state: points",
        "left out, as it holds text: words",
        "left out, as marked not successful: 1 of 3 demonstrations (or --failed)",
    }
    dataset = LeRobotDataset("out", root=tmp_path / "out")
    names = dataset.meta.features["observation.state"]["names"]
    state = np.stack(dataset.hf_dataset.with_format("numpy")[:]["observation.state"])
    assert len(names) == state.shape[1] == 3 + 1 + 1 + 16
    np.testing.assert_array_equal(state[:30, names.index("pose.2.3")], poses[:, 2, 3])
    np.testing.assert_array_equal(state[:30, names.index("height.0")], heights.astype(np.float32))


def put(demo: h5py.Group, path: str, values: np.ndarray) -> None:
    del demo[path]
    demo[path] = values


REFUSED: dict[str, tuple[str, Callable[[h5py.Group], object]]] = {
    "NaN": ("demo_1: obs/eef_pos, row 5 is not finite", lambda demo: demo["obs/eef_pos"].__setitem__(5, np.nan)),
    "0 samples": ("demo_1: has 0 samples", lambda demo: put(demo, "actions", np.zeros((0, 7), "f4"))),
    "other width": ("demo_1: obs/eef_pos holds numbers 2", lambda demo: put(demo, "obs/eef_pos", np.zeros((31, 2)))),
    "text": ("demo_1: obs/eef_pos holds text", lambda demo: put(demo, "obs/eef_pos", np.array([b"a"] * 31))),
    "too large": (
        "demo_1: a number of observation.state is too large for float32",
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
def test_lerobot_refuses_before_anything_is_written(tmp_path, spoiled, reason):
    says, change = REFUSED[reason]
    path = spoiled(change)
    with pytest.raises(MimicError) as error:
        export_lerobot(path, tmp_path / "out", fps=20, task="Stack")
    assert says in str(error.value) and len(str(error.value).splitlines()) <= 2
    assert sorted(file.name for file in tmp_path.iterdir()) == ["demos.hdf5"]


def test_lerobot_exports_failed_ones_if_asked(tmp_path, spoiled):
    path = spoiled(lambda demo: demo.attrs.modify("success", False))
    report = export_lerobot(path, tmp_path / "out", fps=20, task="Stack", failed=True)
    assert report.demos == 3 and not report.notes


def test_without_lerobot_it_is_said_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(PlatformError, match="setup lerobot"):
        export_lerobot(SAMPLE, tmp_path / "a", fps=20, task="Stack")
    assert not list(tmp_path.iterdir())


def test_videos_show_the_pictures(tmp_path, with_cameras):
    report = export_mp4(with_cameras, tmp_path / "videos", fps=25)
    assert sorted(report.files) == sorted(f"demo_{n}_{camera}.mp4" for n in (0, 1) for camera in ("depth", "table_cam"))
    assert sorted(path.name for path in (tmp_path / "videos").iterdir()) == sorted(report.files)
    about, frames = frames_of(tmp_path / "videos" / "demo_0_table_cam.mp4")
    # An odd width is made even by one more column.
    assert about["fps"] == 25 and frames.shape == (30, HEIGHT, WIDTH + 1, 3)
    error = np.abs(frames[:, :, :WIDTH].astype(int) - pictures(30))
    assert error.mean() < 4 and np.abs(frames[:, 20:28, :][:, :, 35:39].astype(int)).size
    middle = frames[20, 20:28, 24:32].reshape(-1, 3).mean(axis=0)
    np.testing.assert_allclose(middle, (220, 20, 20), atol=25)
    _, depth = frames_of(tmp_path / "videos" / "demo_1_depth.mp4")
    # From the nearest in black to the farthest in white.
    assert depth[0, 5:].mean() < 15 and depth[-1, 5:].mean() > 240 and np.ptp(depth[15].astype(int), axis=-1).max() < 10


def test_a_demonstration_without_its_pictures_is_named(tmp_path, with_cameras):
    with h5py.File(with_cameras, "r+") as file:
        del file["data/demo_1/obs/depth"]
    with pytest.raises(DatasetError, match="demo_1: has no obs/depth"):
        export_mp4(with_cameras, tmp_path / "videos", fps=25)
    assert not (tmp_path / "videos").exists()


def test_a_demonstration_whose_name_is_too_long_for_a_file_is_named(tmp_path, with_cameras):
    with h5py.File(with_cameras, "r+") as file:
        file["data"].move("demo_0", "demo_" + "9" * 300)
    with pytest.raises(DatasetError, match=r"demo_9{35}\.\.\.: its name is too long for a file"):
        export_mp4(with_cameras, tmp_path / "videos", fps=20)
    assert not (tmp_path / "videos").exists()


def test_cameras_can_be_chosen(tmp_path, with_cameras):
    report = export_mp4(with_cameras, tmp_path / "videos", fps=25, cameras=["table_cam"], names=["demo_1"])
    assert report.files == ("demo_1_table_cam.mp4",) and report.samples == 30
    with pytest.raises(OptionError, match="no camera 'wrist'"):
        export_mp4(with_cameras, tmp_path / "more", fps=25, cameras=["wrist"])
    with pytest.raises(OptionError, match="has no camera pictures"):
        export_mp4(SAMPLE, tmp_path / "more", fps=25)
    with pytest.raises(OptionError, match="from 0 to 10, not 11"):
        export_mp4(with_cameras, tmp_path / "more", fps=25, quality=11)
    assert not (tmp_path / "more").exists()
