# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Convert between nested dictionaries and flat paths: `{"obs": {"eef_pos": x}}` and `{"obs/eef_pos": x}`."""

from collections.abc import Mapping
from typing import Any


def flatten(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of nested dictionaries by flat path; the inverse of `nest`."""
    flat: dict[str, Any] = {}
    for name, value in tree.items():
        if isinstance(value, Mapping):
            flat.update({f"{name}/{path}": leaf for path, leaf in flatten(value).items()})
        else:
            flat[name] = value
    return flat


def nest(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Return values by flat path as nested dictionaries; the inverse of `flatten`.

    Raises:
        ValueError: A path has an empty part, or is both a value and a group.
    """
    tree: dict[str, Any] = {}
    for path, value in flat.items():
        *groups, name = path.split("/")
        if not name or not all(groups):
            raise ValueError(f"not a path: {path!r}")
        node = tree
        for group in groups:
            node = node.setdefault(group, {})
            if not isinstance(node, dict):
                raise ValueError(f"{path!r} lies below a value")
        if name in node:
            raise ValueError(f"{path!r} is both a value and a group")
        node[name] = value
    return tree
