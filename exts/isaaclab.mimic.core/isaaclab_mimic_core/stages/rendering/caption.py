# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A line of text above a picture."""

from functools import lru_cache

import numpy as np

_HEIGHT, _SIZE, _MARGIN = 22, 13, 6
"""[pixels]"""
_INK, _PAPER = (235, 238, 240), (24, 28, 32)


def captioned(picture: np.ndarray, text: str) -> np.ndarray:
    """Return a picture, (height, width, 3) uint8, below a line of text; what does not fit is cut."""
    return np.concatenate([_line(text, picture.shape[1]), picture])


@lru_cache(maxsize=64)
def _line(text: str, width: int) -> np.ndarray:
    """Return a line of text as a picture: (_HEIGHT, width, 3) uint8."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (width, _HEIGHT), _PAPER)
    ImageDraw.Draw(image).text((_MARGIN, _HEIGHT // 2), text, _INK, ImageFont.load_default(_SIZE), anchor="lm")
    return np.asarray(image)
