# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""HDF5 attributes as plain Python data: what is nested is stored as JSON text."""

import json
from collections.abc import Mapping
from typing import Any

import h5py
import numpy as np


def read_attrs(item: h5py.HLObject) -> dict[str, Any]:
    """Return the attributes of a group or dataset; JSON objects and lists come back as dictionaries and lists."""
    return {str(key): decode(value) for key, value in item.attrs.items()}


def encode_attrs(attrs: Mapping[str, Any]) -> dict[str, Any]:
    """Return attributes in the form h5py stores; those that are None are left out."""
    return {key: encode(value) for key, value in attrs.items() if value is not None}


def encode(value: Any) -> Any:
    """Turn dictionaries and lists into JSON; leave numbers, booleans and text alone."""
    if isinstance(value, Mapping | list | tuple | np.ndarray):
        return json.dumps(value, default=_plain)
    return value


def decode(value: Any) -> Any:
    """Turn an attribute as h5py returns it into plain Python data."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    elif isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value  # text that only looks like JSON
    return value


def _plain(value: Any) -> Any:
    """Return what `json` cannot store itself: numpy's types, paths and the like."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return str(value)
