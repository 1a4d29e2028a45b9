# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Masks (robomimic: filter keys): named lists of demonstrations, for example those for training."""

from collections.abc import Iterator, Sequence

from ...errors import DatasetError
from .. import layout
from ..reader import DatasetReader
from .finding import Finding

_AGAIN = "Write the mask again."


def masked(reader: DatasetReader, key: str) -> list[str]:
    """Return the demonstrations in a mask, in natural order.

    Raises:
        DatasetError: The file has no such mask, or the mask is empty, names a demonstration twice, or names one that
            the file lacks.
    """
    names = reader.mask(key)
    where = f"{reader.path}, mask/{key}"
    if not names:
        raise DatasetError("names no demonstration", where=where, remedy=_AGAIN)
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise DatasetError(f"names {_listed(twice)} more than once", where=where, remedy=_AGAIN)
    if gone := sorted(set(names) - set(reader.episode_names), key=layout.natural_order):
        raise DatasetError(f"names {_listed(gone)}, which the file does not hold", where=where, remedy=_AGAIN)
    return sorted(names, key=layout.natural_order)


def require_apart(reader: DatasetReader, train: str, valid: str) -> None:
    """Check that the masks for training and validation have no demonstration in common.

    Raises:
        DatasetError: They share at least one.
    """
    if shared := _shared(reader, train, valid):
        raise DatasetError(
            shared,
            where=str(reader.path),
            remedy="Write the masks again: the two need different demonstrations.",
        )


def find(reader: DatasetReader) -> Iterator[Finding]:
    """Find masks that cannot be used, and masks for training and validation that overlap (robomimic's names)."""
    try:
        keys = reader.masks
    except DatasetError as error:
        yield Finding("error", "mask", "", f"mask {error.what}")
        return
    good = []
    for key in keys:
        try:
            masked(reader, key)
            good.append(key)
        except DatasetError as error:
            yield Finding("error", "mask", "", f"mask/{key} {error.what}")
    for key in good:
        # robomimic's splits: train and valid, 20_percent_train and 20_percent_valid.
        other = f"{key.removesuffix('train')}valid"
        if key.endswith("train") and other in good and (shared := _shared(reader, key, other)):
            yield Finding("error", "mask", "", shared)


def _shared(reader: DatasetReader, train: str, valid: str) -> str:
    """Return a sentence that names the demonstrations in both masks; empty if there are none."""
    both = sorted(set(masked(reader, train)) & set(masked(reader, valid)), key=layout.natural_order)
    return f"the masks {train!r} and {valid!r} share {_listed(both)}" if both else ""


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
