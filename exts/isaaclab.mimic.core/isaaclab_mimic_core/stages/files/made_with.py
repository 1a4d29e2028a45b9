# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What simulation the demonstrations of a file come from."""

from collections.abc import Iterable
from typing import Any

from ...datasets import DatasetReader
from ...errors import DatasetError


def made_with(history: Any) -> dict[str, Any]:
    """Return the entry of a demonstration's history that describes the simulation it comes from.

    Args:
        history: Attribute `mimic` of a demonstration or a file.
    """
    history = history if isinstance(history, dict) else {}
    not_simulated = (history.get("annotated") or {}).get("by") in ("hand", "states")
    for kind in ("generated", "recorded") if not_simulated else ("generated", "annotated", "recorded"):
        if isinstance(history.get(kind), dict):
            return history[kind]
    return {}


def recorded_scale(reader: DatasetReader, names: Iterable[str]) -> str:
    """Return the factors on objects' sizes that demonstrations were made with (`sim.object_scale.read_scales`).

    Args:
        reader: Their file.
        names: The demonstrations.

    Raises:
        DatasetError: They were made with different ones.
    """
    of_file = made_with(reader.data_attrs.get("mimic")).get("object_scale", "")
    scales = {str(made_with(reader.attrs(name).get("mimic")).get("object_scale", of_file)) for name in names}
    if len(scales) > 1:
        told = ", ".join(scale or "1" for scale in sorted(scales))
        raise DatasetError(
            f"its demonstrations have objects of different sizes ({told})",
            where=str(reader.path),
            remedy="Take those of one size (mimic select), or say which: --object-scale",
        )
    return scales.pop() if scales else ""
