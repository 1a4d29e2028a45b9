# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Context managers that restore values at their end."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

_MISSING = object()


@contextlib.contextmanager
def restored(read: Callable[[], Any], write: Callable[[Any], object]) -> Iterator[None]:
    """Read a value now and write it back at the end."""
    value = read()
    try:
        yield
    finally:
        write(value)


@contextlib.contextmanager
def replaced_attributes(owner: Any, **replacements: Any) -> Iterator[None]:
    """Replace attributes of an object or class, and restore them at the end, whatever was assigned meanwhile."""
    # Read from `vars`: an inherited value or a bound method must not become an attribute of the object itself.
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
