# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Putting things back as they were."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

_MISSING = object()


@contextlib.contextmanager
def kept(read: Callable[[], Any], write: Callable[[Any], object]) -> Iterator[None]:
    """Read a value now, and write it back at the end."""
    value = read()
    try:
        yield
    finally:
        write(value)


@contextlib.contextmanager
def kept_attributes(owner: Any, **replacements: Any) -> Iterator[None]:
    """Give attributes other values for a time; at the end they have those of before, whatever has been set since."""
    # From the object itself: an inherited value or a bound method would be put back where none has been.
    before = {name: vars(owner).get(name, _MISSING) for name in replacements}
    for name, value in replacements.items():
        setattr(owner, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is not _MISSING:
                setattr(owner, name, value)
            elif name in vars(owner):
                delattr(owner, name)
