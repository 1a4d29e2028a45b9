# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Films of rollouts: what is in a frame, and that only whole ones have a name."""

import imageio_ffmpeg
import numpy as np
import pytest

from isaaclab_mimic_core.errors import OutputError
from isaaclab_mimic_core.learning.rollouts import Rollout
from isaaclab_mimic_core.outcomes import FailureCause
from isaaclab_mimic_core.stages.learning.film import Film, tile

SIZE = (48, 64, 3)


def pictures(*greys: int) -> np.ndarray:
    return np.stack([np.full(SIZE, grey, np.uint8) for grey in greys])


def frames_of(path) -> list[np.ndarray]:
    video = imageio_ffmpeg.read_frames(str(path))
    width, height = next(video)["size"]
    return [np.frombuffer(frame, np.uint8).reshape(height, width, 3).astype(int) for frame in video]


def test_pictures_are_tiled_in_rows():
    field = tile(pictures(10, 20, 30))
    assert field.shape == (96, 128, 3)
    assert [field[row, column, 0] for row in (0, 95) for column in (0, 127)] == [10, 20, 30, 0]


def test_a_rollout_that_is_over_stands_still_in_its_border(tmp_path):
    film = Film(tmp_path / "film.mp4", 20.0)
    film.add(pictures(100, 100), [])
    film.add(pictures(120, 140), [Rollout(0, 1, True, 2, ever=True)])
    film.add(pictures(200, 200), [Rollout(1, 0, False, 3, FailureCause.DROPPED, "arm/0", ever=False)])
    film.close()
    frames = frames_of(tmp_path / "film.mp4")
    assert len(frames) == 3 and frames[0].shape == (48, 128, 3)
    # Left goes on, right shows its last picture, though the environment has gone on.
    np.testing.assert_allclose([frame[24, 32] for frame in frames], [[100] * 3, [120] * 3, [200] * 3], atol=6)
    np.testing.assert_allclose([frame[24, 96] for frame in frames], [[100] * 3, [140] * 3, [140] * 3], atol=6)
    red, green = frames[2][2, 32], frames[2][2, 96]
    assert red[0] > red[1] + 60 and green[1] > green[0] + 60


def test_a_film_that_is_cut_off_leaves_the_one_before(tmp_path):
    (tmp_path / "film.mp4").write_bytes(b"earlier")
    film = Film(tmp_path / "film.mp4", 20.0)
    film.add(pictures(100), [])
    film.close(whole=False)
    film.close()
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("film.mp4", b"earlier")]


def test_a_film_that_cannot_be_written_is_named(tmp_path):
    film = Film(tmp_path / "nowhere" / "film.mp4", 20.0)
    with pytest.raises(OutputError, match=r"film\.mp4: the film cannot be written"):
        for _ in range(500):
            film.add(pictures(100), [])
        film.close()
