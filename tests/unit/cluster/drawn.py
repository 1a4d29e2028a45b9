# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A share of `render` without a simulation: `drawn:start` paints every picture of a demonstration in its number."""

from pathlib import Path
from typing import Any

import numpy as np
from squares import AskedShare

from isaaclab_mimic_core.datasets import DatasetReader
from isaaclab_mimic_core.stages.rendering.pieces import piece_name, write_piece


class Share(AskedShare):
    """Draws what it is asked for."""

    name = "render_share"

    def __init__(self, input: str, names: list[str], variations: list[int], folder: str, **others: Any):
        super().__init__()
        self._input, self._names, self._variations, self._folder = input, names, variations, Path(folder)

    def make(self, number: int) -> Path:
        name = self._names[number]
        with DatasetReader(self._input) as reader:
            pictures = np.full((reader.num_samples(name), 4, 4, 3), int(name.removeprefix("demo_")), np.uint8)
        path = self._folder / piece_name(name, self._variations[number])
        write_piece(path, {"obs/table_cam": pictures})
        return path


def start(**options: Any) -> Share:
    """Build the share from plain data."""
    return Share(**options)
