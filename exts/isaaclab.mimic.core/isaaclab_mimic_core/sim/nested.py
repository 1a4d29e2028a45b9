# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What is in a configuration of Isaac Lab, however deep."""

from collections.abc import Callable, Iterator
from typing import Any


def nested(cfg: Any, leave_out: Callable[[Any, str], bool] = lambda owner, name: False) -> Iterator[Any]:
    """Yield a configuration and all values in it, depth first; those that are no texts once each.

    Args:
        cfg: A configuration (`configclass`), or a dictionary, list or tuple of them.
        leave_out: Called with a configuration and the name of a field: whether not to look into it.
    """
    seen: set[int] = set()

    def look(value: Any) -> Iterator[Any]:
        if not isinstance(value, str):
            if id(value) in seen:
                return
            seen.add(id(value))
        yield value
        if isinstance(value, dict):
            parts = list(value.values())
        elif isinstance(value, list | tuple):
            parts = list(value)
        elif hasattr(type(value), "__dataclass_fields__"):
            parts = [part for name, part in vars(value).items() if not leave_out(value, name)]
        else:
            parts = []
        for part in parts:
            yield from look(part)

    yield from look(cfg)
