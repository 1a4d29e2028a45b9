# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""An mp4 file (H.264), written frame by frame."""

from pathlib import Path
from typing import Any

import numpy as np


class Mp4:
    """Write images of one size to a video, without scaling them.

    Args:
        path: The file to write; an existing one is replaced.
        height: Height of the images [pixels].
        width: Width of the images [pixels].
        fps: Frames per second.
        quality: Quality of imageio-ffmpeg's encoder, from 0 to 10 (best).

    Raises:
        OSError: The file cannot be written; any method may raise it.
    """

    def __init__(self, path: Path, height: int, width: int, fps: float, quality: int):
        import imageio_ffmpeg

        # Most players need an even width and height.
        self._edge = (0, height % 2), (0, width % 2), (0, 0)
        size = width + width % 2, height + height % 2
        rate: Any = fps  # Annotated as int, but ffmpeg takes any number.
        # With the default macro block size the encoder would scale images to multiples of 16.
        self._video = imageio_ffmpeg.write_frames(
            str(path), size, fps=rate, quality=quality, macro_block_size=1, ffmpeg_log_level="error"
        )
        self._video.send(None)

    def add(self, image: np.ndarray) -> None:
        """Add a frame: (height, width, 3) uint8, RGB."""
        self._video.send(np.pad(image, self._edge, mode="edge").tobytes())

    def close(self) -> None:
        """Finish the file."""
        self._video.close()
