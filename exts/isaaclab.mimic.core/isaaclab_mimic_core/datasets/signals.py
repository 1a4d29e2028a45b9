# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Subtask signals: one value a sample, whose first change ends (or starts) a subtask."""

import numpy as np


def first_change(signal: np.ndarray) -> int | None:
    """Return the first sample whose value differs from the one before; None if the signal never changes.

    A falling edge counts as well as a rising one, as in `isaaclab_mimic.datagen.datagen_info_pool`. The subtask's
    samples are those up to and including the returned one.

    Args:
        signal: Values over time, shape (T,) or (T, 1).
    """
    values = np.asarray(signal).reshape(-1)
    if values.dtype.kind == "f":
        # Upstream compares whole numbers: 0.4 is not yet risen.
        values = np.trunc(values)
    changed = values[1:] != values[:-1]
    first = int(changed.argmax()) if len(changed) else 0
    return first + 1 if changed[first : first + 1].any() else None
