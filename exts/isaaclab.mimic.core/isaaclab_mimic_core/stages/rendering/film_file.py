# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A film's file, written frame by frame; it has its name only when it is whole."""

import os
from pathlib import Path

import numpy as np

from ...datasets.export.mp4 import Mp4
from ...errors import OutputError

_QUALITY = 7
"""Quality of the encoder, from 0 to 10."""

_PART = ".part.mp4"
"""Ends the name of a film that is not whole."""


def remove_parts(folder: Path) -> None:
    """Remove films from a folder that a killed run has begun."""
    for path in folder.glob(f".*{_PART}"):
        path.unlink(missing_ok=True)


class FilmFile:
    """Writes an mp4; the file appears when it is complete.

    Args:
        path: The file to write; an existing one is replaced at the end.
        fps: Frames per second.
    """

    def __init__(self, path: Path, fps: float):
        self.path = path
        self._fps = fps
        self._beside = path.with_name(f".{path.stem}{_PART}")
        self._video: Mp4 | None = None

    def add(self, frame: np.ndarray) -> None:
        """Add a frame: (height, width, 3) uint8, all of one size.

        Raises:
            OutputError: The film cannot be written.
        """
        try:
            if self._video is None:
                self._video = Mp4(self._beside, frame.shape[0], frame.shape[1], self._fps, _QUALITY)
            self._video.add(frame)
        except OSError as error:
            raise self._cannot(error) from error

    def close(self, whole: bool = True) -> None:
        """End the film; delete it unless `whole`. Closing twice is harmless.

        Raises:
            OutputError: The film cannot be written.
        """
        if self._video is None:
            return
        video, self._video = self._video, None
        try:
            video.close()
            if whole:
                os.replace(self._beside, self.path)
        except OSError as error:
            raise self._cannot(error) from error
        finally:
            self._beside.unlink(missing_ok=True)

    def _cannot(self, error: OSError) -> OutputError:
        return OutputError(f"the film cannot be written ({error})", where=str(self.path), remedy="Is the disk full?")
