# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""An mp4 file (H.264), written frame by frame."""

from pathlib import Path
from typing import Any

import numpy as np


class Mp4:
    """Writes images of one size, without scaling them.

    Args:
        path: The file to write; one that is there is replaced.
        height: Height of the images [pixels].
        width: Width of the images [pixels].
        fps: Frames a second.
        quality: From 0 to 10, the encoder's scale.

    Raises:
        OSError: The file cannot be written; from any method.
    """

    def __init__(self, path: Path, height: int, width: int, fps: float, quality: int):
        import imageio_ffmpeg

        # Most players want an even number of pixels a side.
        self._edge = (0, height % 2), (0, width % 2), (0, 0)
        size = width + width % 2, height + height % 2
        rate: Any = fps  # Stated as int there; ffmpeg takes any number.
        # A macro block of 1, or the encoder would scale pictures to multiples of 16.
        self._video = imageio_ffmpeg.write_frames(
            str(path), size, fps=rate, quality=quality, macro_block_size=1, ffmpeg_log_level="error"
        )
        self._video.send(None)

    def add(self, picture: np.ndarray) -> None:
        """Add a frame: (height, width, 3) uint8."""
        self._video.send(np.pad(picture, self._edge, mode="edge").tobytes())

    def close(self) -> None:
        """Finish the file."""
        self._video.close()
