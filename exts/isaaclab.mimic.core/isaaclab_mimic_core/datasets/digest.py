# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A hash of demonstrations by their values, independent of how a file stores them."""

import hashlib
from collections.abc import Iterable

from .episode import Episode


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
