# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Videos of cameras, read back."""

from pathlib import Path

import h5py
import imageio_ffmpeg
import numpy as np
import pytest

from isaaclab_mimic_core.datasets import DatasetWriter, Episode
from isaaclab_mimic_core.datasets.export import export_mp4
from isaaclab_mimic_core.errors import DatasetError, OptionError

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
    with pytest.raises(OptionError, match="has no camera images"):
        export_mp4(SAMPLE, tmp_path / "more", fps=25)
    with pytest.raises(OptionError, match="from 0 to 10, not 11"):
        export_mp4(with_cameras, tmp_path / "more", fps=25, quality=11)
    assert not (tmp_path / "more").exists()
