# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Draw thumbnails of recorded demonstrations."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...datasets import DatasetReader
from ...datasets.layout import ACTIONS, INITIAL_STATE, STATES
from ...datasets.origin import Part
from ..replay.recorded import check_fits, states_of
from .beside import Sources
from .state_pictures import StatePictures, free_camera
from .strip import HEIGHT, WIDTH, joined

if TYPE_CHECKING:
    from ...envs import BatchedEnv
    from ...sim.rendering.scene_view import SceneView

_FINER = 2
"""Pictures are drawn this many times as large, and averaged: edges are smooth then."""


class Thumbnails:
    """Draws strips of thumbnails in open environments, which are in the last states afterwards.

    Args:
        env: The environments.
        states: States of a demonstration that is to be seen; by default the one that the first environment is in.
        shapes: The shapes of the scene, if they have been read.

    Raises:
        TaskError: There is something in the scene that the rasteriser does not draw.
    """

    def __init__(
        self,
        env: "BatchedEnv",
        states: Mapping[str, np.ndarray] | None = None,
        shapes: "SceneView | None" = None,
    ):
        self._env = env
        look = free_camera(env, _FINER * WIDTH, _FINER * HEIGHT, states, shapes)
        self._pictures = StatePictures(env, look)

    def strip(self, reader: DatasetReader, name: str, rows: Sequence[int]) -> np.ndarray:
        """Return some states of a demonstration side by side: (HEIGHT, len(rows) WIDTH, 3) uint8.

        Raises:
            DatasetError: It does not fit the scene, or cannot be read.
        """
        episode = reader.read(name, [ACTIONS, INITIAL_STATE, STATES])
        check_fits(episode, self._env, str(reader.path))
        return self._drawn({path: values[list(rows)] for path, values in states_of(episode, self._env).items()})

    def beside(
        self, sources: Sources, parts: Sequence[Part], samples: int, rows: Sequence[int]
    ) -> tuple[np.ndarray, list[int]]:
        """Return what a generated demonstration was made from at these moments, and of which subtask each is.

        Arguments are those of `Sources.states`.
        """
        states, which = sources.states(parts, samples, rows, self._env)
        return self._drawn(states), which

    def _drawn(self, states: dict[str, np.ndarray]) -> np.ndarray:
        pictures = self._pictures.of(states)
        shape = (len(pictures), HEIGHT, _FINER, WIDTH, _FINER, 3)
        return joined(pictures.reshape(shape).mean(axis=(2, 4)).round().astype(np.uint8))
