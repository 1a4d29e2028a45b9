# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Pictures that were rendered while demonstrations were recorded become videos."""

from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from waiting import LONG

from isaaclab_mimic_core.datasets import DatasetReader

pytestmark = pytest.mark.sim

PROGRAM = Path(__file__).with_name("record_pictures.py")
STEPS_APART = 40


@pytest.fixture(scope="module")
def recorded(start_python, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("pictures") / "demos.hdf5"
    process = start_python(PROGRAM, path)
    _, errors = process.communicate(timeout=LONG)
    assert process.returncode == 0, errors[-3000:]
    return path


def test_videos_show_what_the_camera_saw(recorded, start_python):
    folder = recorded.with_name("videos")
    command = ("export", recorded, "--format", "mp4", "--fps", 20, "--quality", 10, "--output", folder)
    process = start_python("-m", "isaaclab_mimic_core", *command)
    out, err = process.communicate(timeout=LONG)
    assert process.returncode == 0 and "2 demonstrations" in out and str(folder) in out, err
    assert sorted(file.name for file in folder.iterdir()) == ["demo_0_table_cam.mp4", "demo_1_table_cam.mp4"]
    with DatasetReader(recorded) as reader:
        for name in reader.episode_names:
            seen = reader.read(name, ["obs/table_cam", "actions"]).data["obs/table_cam"].astype(int)
            video = imageio_ffmpeg.read_frames(str(folder / f"{name}_table_cam.mp4"))
            about = next(video)
            assert about["fps"] == 20 and about["size"] == (96, 72) and about["codec"] == "h264"
            frames = np.stack([np.frombuffer(frame, np.uint8).reshape(72, 96, 3) for frame in video]).astype(int)
            assert frames.shape == seen.shape and len(seen) > 4 * STEPS_APART
            # Compressed, each frame is still the picture of its own step and of no other.
            for step in range(STEPS_APART, len(seen) - STEPS_APART, STEPS_APART):
                apart = [
                    np.abs(frames[step] - seen[other]).mean()
                    for other in (step, step - STEPS_APART, step + STEPS_APART)
                ]
                assert apart[0] < 4 and apart[0] < min(apart[1:]), (name, step, apart)
            # The scene is in them: a cube of each colour, and a robot that moves.
            colours = seen[0].reshape(-1, 3)
            for channel in range(3):
                others = colours[:, [other for other in range(3) if other != channel]].max(axis=1)
                assert (colours[:, channel] > others + 40).sum() >= 5, (name, channel)
            assert np.abs(seen[-1] - seen[0]).max() > 60
