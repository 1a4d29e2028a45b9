# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A strip of thumbnails: which moments of a demonstration it shows, its size, and where finished ones are kept.

This module draws nothing and imports no simulator, so that a window can look for a strip before one is drawn.
"""

import contextlib
import hashlib
import io
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...datasets import DatasetReader, digest
from ...datasets.layout import ACTIONS, INITIAL_STATE, STATES
from ...datasets.origin import subtask_ends
from ...files import write_atomically
from ...sim.assets.cache import cache_root

COUNT, WIDTH, HEIGHT = 6, 192, 120
"""Thumbnails of a strip, and the size of each [pixels]."""
_RECIPE = "1"
"""Another one for strips that look different."""
_MOST = 2000
"""Strips that are kept, the latest; together less than 100 MB."""
_QUALITY = 85


def moments(samples: int, ends: Sequence[int], count: int = COUNT) -> list[int]:
    """Return which states of a demonstration a strip shows: the first, the last, those at which subtasks have ended.

    If there are more, some of them are left out; if there are fewer, the longest times between are halved. Where
    nothing is known of subtasks, the states are evenly spread.

    Args:
        samples: Samples of the demonstration, T; it has T + 1 states.
        ends: Samples at which subtasks have ended.
        count: How many at most, 2 or more; fewer if the demonstration is shorter.
    """
    rows = sorted({0, samples, *(end for end in ends if 0 < end < samples)})
    if len(rows) <= 2:
        return np.linspace(0, samples, min(count, samples + 1)).round().astype(int).tolist()
    if len(rows) > count:
        return [rows[index] for index in np.linspace(0, len(rows) - 1, count).round().astype(int)]
    while len(rows) < min(count, samples + 1):
        gaps = np.diff(rows)
        at = int(gaps.argmax())
        rows.insert(at + 1, rows[at] + int(gaps[at]) // 2)
    return rows


def joined(pictures: np.ndarray) -> np.ndarray:
    """Return a strip of pictures: (N, height, width, 3) -> (height, N width, 3)."""
    count, height, width, colours = pictures.shape
    return pictures.transpose(1, 0, 2, 3).reshape(height, count * width, colours)


def jpeg(picture: np.ndarray) -> bytes:
    """Return a picture, (height, width, 3) uint8, as a JPEG file."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()


def kept_strip(reader: DatasetReader, name: str, task: str) -> tuple[Path, list[int]]:
    """Return the file of a demonstration's strip in the cache folder, which need not be there, and its moments.

    The file's name follows from what the demonstration holds: actions, states, and when subtasks end.

    Args:
        reader: The file of demonstrations.
        name: The demonstration.
        task: Id of the task in whose scene it is drawn.

    Raises:
        DatasetError: It cannot be read, or has no states.
    """
    rows = moments(reader.num_samples(name), subtask_ends(reader, name))
    content = digest([reader.read(name, (ACTIONS, INITIAL_STATE, STATES))])
    key = hashlib.sha256(repr((_RECIPE, task, content, rows, WIDTH, HEIGHT)).encode()).hexdigest()
    return cache_root() / "thumbnails" / f"{key}.jpg", rows


def keep_strip(path: Path, picture: np.ndarray) -> None:
    """Write a strip into the cache folder, and remove the oldest if there are too many.

    Raises:
        OutputError: The cache folder cannot be written.
    """
    with contextlib.suppress(OSError):  # `write_atomically` says what is wrong.
        path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, lambda beside: beside.write_bytes(jpeg(picture)))
    kept = sorted(path.parent.glob("*.jpg"), key=os.path.getmtime)
    for old in kept[: max(0, len(kept) - _MOST)]:
        old.unlink(missing_ok=True)
