# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Read the images of demonstrations: checked once before the first epoch, then some demonstrations at a time.

A thousand demonstrations of two cameras with 84 x 84 pixels take 10 GB as bytes, which does not fit into the memory of
every machine. They are not kept compressed either, because noisy images hardly become smaller. So frames are read in
blocks: as many demonstrations, selected at random, as fit into a part of the free memory.
"""

import math
from collections.abc import Generator, Iterator, Mapping
from typing import Any

import numpy as np
import torch

from ... import randomness
from ...datasets import DatasetReader, layout
from ...datasets.check import checked_values
from ...errors import MimicError
from ...events import Progress
from ...memory import free_memory
from .demonstrations import Demonstrations

_SHARE_OF_MEMORY = 0.4
"""Of what is free: the largest block of frames."""
_IMAGES = ("rgb", "depth")


def image_keys(config: Any) -> list[str]:
    """Return the observations that are images, in robomimic's configuration."""
    groups = config.observation.modalities.values()
    return sorted({name for group in groups for kind in _IMAGES for name in group.get(kind) or ()})


class ImageCheck:
    """Reads all images once, so that a damaged one is found before the first epoch (`learning.api.Preparation`).

    Shapes, types and lengths have been checked before (`demonstrations.find_demonstrations`).

    Args:
        demonstrations: The demonstrations.
        keys: Which of the observations are images.
    """

    title = "Checking the images"

    def __init__(self, demonstrations: Demonstrations, keys: list[str]):
        self._names = [*demonstrations.train, *demonstrations.valid]
        self._path = demonstrations.path
        groups = [layout.OBS, "next_obs"] if demonstrations.next_obs else [layout.OBS]
        self._arrays = [f"{group}/{key}" for group in groups for key in keys]
        self._done = 0

    @property
    def progress(self) -> Progress:
        return Progress(self._done, len(self._names), "demonstrations")

    def advance(self, seconds: float) -> Mapping[str, float]:
        """Read the images of one demonstration, whatever time it takes.

        Raises:
            DatasetError: One is damaged or not finite.
        """
        with DatasetReader(self._path) as reader:
            for path in self._arrays:
                checked_values(reader, self._names[self._done], path)
        self._done += 1
        return {}

    def skip(self) -> None:
        """Leave it out, because the run that is resumed has done it with the same file."""
        self._done = len(self._names)


class FrameReader:
    """Reads frames of demonstrations, with the number of each among all rows.

    Args:
        demonstrations: The demonstrations.
        names: Names of those whose rows are counted, in this order.
        lengths: Number of rows of each.
        cameras: Observations to read.
    """

    def __init__(self, demonstrations: Demonstrations, names: list[str], lengths: np.ndarray, cameras: list[str]):
        self.path, self.names, self._cameras = demonstrations.path, names, cameras
        self._begins = np.concatenate([[0], np.cumsum(lengths)])
        self.frame_bytes = sum(math.prod(demonstrations.shapes[f"obs/{camera}"]) for camera in cameras)
        """Bytes of the images of one frame."""

    def rows(self, index: int, every: int = 1) -> np.ndarray:
        """Return the numbers of every n-th row of a demonstration."""
        return np.arange(self._begins[index], self._begins[index + 1], every)

    def one_by_one(self, frames: Mapping[int, np.ndarray]) -> Iterator[tuple[np.ndarray, dict[str, torch.Tensor]]]:
        """Yield the row numbers and images (frames, H, W, C) uint8 of demonstrations.

        Args:
            frames: Row numbers of the wanted frames, by demonstration.

        Raises:
            DatasetError: An image is damaged.
        """
        with DatasetReader(self.path) as reader:
            for index, rows in frames.items():
                kept = rows - self._begins[index]
                images = {
                    camera: torch.from_numpy(checked_values(reader, self.names[index], f"obs/{camera}")[kept])
                    for camera in self._cameras
                }
                yield rows, images

    def together(
        self, frames: Mapping[int, np.ndarray]
    ) -> Generator[None, None, tuple[torch.Tensor, dict[str, torch.Tensor]]]:
        """Read frames of demonstrations into memory; yields after each demonstration.

        Args:
            frames: Row numbers of the wanted frames, by demonstration.

        Returns:
            Row numbers (N,) int64 and images (N, H, W, C) uint8.

        Raises:
            DatasetError: An image is damaged.
            MimicError: There is not enough memory.
        """
        count = sum(map(len, frames.values()))
        if (wanted := count * self.frame_bytes) > (free := free_memory()):
            raise MimicError(
                f"needs {wanted / 2**30:.1f} GiB of memory for {count} frames; {free / 2**30:.1f} GiB are free",
                where=str(self.path),
                remedy="Close other programs, or raise train.encoder_pretraining.every_n_frames in --config.",
            )
        rows = torch.empty(count, dtype=torch.long)
        images: dict[str, torch.Tensor] = {}
        place = 0
        for numbers, seen in self.one_by_one(frames):
            here = slice(place, place + len(numbers))
            rows[here] = torch.from_numpy(numbers)
            for camera, values in seen.items():
                # Filled in place: both copies of a block would not fit.
                images.setdefault(camera, torch.empty((count, *values.shape[1:]), dtype=torch.uint8))[here] = values
            place += len(numbers)
            yield
        return rows, images


class Blocks:
    """Which demonstrations' frames are in memory, by the epoch's number.

    Every demonstration is in one block of a pass; the next pass has other blocks. Both depend on seed and epoch only.

    Args:
        reader: Reads the frames.
        indices: The demonstrations to train on.
        every: Of how many successive frames one is used.
        seed: The training's seed.
    """

    def __init__(self, reader: FrameReader, indices: list[int], every: int, seed: int):
        self._reader, self._indices, self._every, self._seed = reader, indices, every, seed
        size = sum(len(reader.rows(index, every)) for index in indices) * reader.frame_bytes
        self.count = min(len(indices), max(1, math.ceil(size / (_SHARE_OF_MEMORY * free_memory()))))
        """How many blocks there are; a resumed run keeps those of the run it resumes."""
        self._chosen: list[int] = []
        self.rows = torch.empty(0, dtype=torch.long)
        """(N,) int64 row numbers of the frames in memory."""
        self.images: dict[str, torch.Tensor] = {}
        """By camera (N, H, W, C) uint8."""

    def load(self, epoch: int) -> Iterator[None]:
        """Have the frames of an epoch, counted from 1, in memory; yields after each demonstration that is read."""
        number, place = divmod(epoch - 1, self.count)
        generator = randomness.generator(self._seed, "blocks of frames", number)
        order = torch.randperm(len(self._indices), generator=generator).tolist()
        chosen = sorted(self._indices[each] for each in order[place :: self.count])
        if self._chosen != chosen:
            self.release()
            self.rows, self.images = yield from self._reader.together(
                {index: self._reader.rows(index, self._every) for index in chosen}
            )
            self._chosen = chosen

    def release(self) -> None:
        """Free the memory."""
        self._chosen, self.images = [], {}
