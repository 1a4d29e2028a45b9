# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Subtask signals: one value per sample; the first change ends (or starts) a subtask."""

import numpy as np


def first_change(signal: np.ndarray) -> int | None:
    """Return the first sample whose value differs from the one before; None if the signal never changes.

    The subtask ends with the returned sample. A falling edge counts like a rising one, as in upstream's
    `isaaclab_mimic.datagen.datagen_info_pool`.

    Args:
        signal: Values over time: (T,) or (T, 1).
    """
    values = np.asarray(signal).reshape(-1)
    if values.dtype.kind == "f":
        # Upstream converts to integers, so 0.4 counts as 0.
        values = np.trunc(values)
    changed = values[1:] != values[:-1]
    first = int(changed.argmax()) if len(changed) else 0
    return first + 1 if changed[first : first + 1].any() else None
