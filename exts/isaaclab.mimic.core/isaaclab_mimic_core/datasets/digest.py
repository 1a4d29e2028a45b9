# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A hash of demonstrations by their values, independent of how a file stores them."""

import hashlib
from collections.abc import Iterable

from .episode import Episode
from .layout import ACTIONS, DATAGEN_INFO
from .reader import DatasetReader


def digest(episodes: Iterable[Episode]) -> str:
    """Return the SHA-256 of the names and arrays of demonstrations, in order, without their attributes."""
    found = hashlib.sha256()
    for episode in episodes:
        found.update(f"{episode.name}\n".encode())
        for path, values in sorted(episode.data.items()):
            found.update(f"{path} {values.dtype.str} {values.shape}\n".encode())
            # Text is stored as references to it.
            found.update(repr(values.tolist()).encode() if values.dtype.hasobject else values.tobytes())
    return found.hexdigest()


def parts_to_generate(reader: DatasetReader, name: str) -> list[str]:
    """Return the parts of a demonstration that generation uses of its source, those that it has."""
    shapes = reader.shapes(name)
    return [part for part in (ACTIONS, DATAGEN_INFO) if any(p == part or p.startswith(f"{part}/") for p in shapes)]


def sources_digest(reader: DatasetReader) -> str:
    """Return the hash of a file's demonstrations that a file generated from them states in its manifest."""
    return digest(reader.read(name, parts_to_generate(reader, name)) for name in reader.episode_names)
