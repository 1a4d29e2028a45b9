# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What simulation the demonstrations of a file come from."""

from collections.abc import Iterable, Mapping
from typing import Any

from ...datasets import DatasetReader
from ...errors import LOOK_INTO, DatasetError, MimicError, Remedy
from ...sim.object_scale import read_scales


def made_with(history: Any) -> dict[str, Any]:
    """Return the entry of a demonstration's history that describes the simulation it comes from.

    Args:
        history: Attribute `mimic` of a demonstration or a file.

    Returns:
        The entry; an empty one if there is none.
    """
    history = history if isinstance(history, dict) else {}
    kinds = ("annotated", "generated", "recorded")
    entries = {kind: history[kind] for kind in kinds if isinstance(history.get(kind), dict)}
    annotated = entries.get("annotated", {})
    if annotated.get("by") in ("hand", "states") or annotated.get("live"):
        # Annotated without being simulated again.
        del entries["annotated"]
    return next(iter(entries.values()), {})


def whole_number(entry: Mapping[str, Any], name: str, where: str) -> int | None:
    """Return a whole number that an entry of a history says; None if it does not.

    Args:
        entry: The entry.
        name: What is read.
        where: The file, for errors.

    Raises:
        DatasetError: It says something else there.
    """
    value = entry.get(name)
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 31):
        return value
    raise DatasetError(f"its attribute mimic says {name} {value!r}", where=where, remedy="It should be a whole number.")


def recorded_scale(reader: DatasetReader, names: Iterable[str]) -> str:
    """Return the factors on objects' sizes that demonstrations were made with (`sim.object_scale.read_scales`).

    Args:
        reader: Their file.
        names: The demonstrations.

    Raises:
        DatasetError: They were made with different ones, or what the file says of them cannot be read.
    """
    of_file = made_with(reader.data_attrs.get("mimic"))
    found: dict[str, list[str]] = {}
    for name in names:
        # An entry without sizes says that they were the task's own.
        scale = (made_with(reader.attrs(name).get("mimic")) or of_file).get("object_scale") or ""
        try:
            read_scales(scale)
        except (MimicError, AttributeError) as error:
            raise DatasetError(
                f"the sizes of its objects cannot be read: {scale!r}",
                where=f"{reader.path}, {name}",
                remedy="Say them: --object-scale",
            ) from error
        found.setdefault(scale, []).append(name)
    if len(found) > 1:
        told = "; ".join(f"{scale or 1} in {_some(those)}" for scale, those in sorted(found.items()))
        raise DatasetError(
            f"its demonstrations have objects of different sizes: {told}",
            where=str(reader.path),
            remedy=Remedy("Take those of one size: mimic select --demos", LOOK_INTO),
        )
    return next(iter(found), "")


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
