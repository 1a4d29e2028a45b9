# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A dataset file without demonstrations, as Isaac Lab and 0.1.0 leave it; our writer makes none."""

import json
from pathlib import Path

import h5py


def write_empty(path: Path, env_name: str, **attrs: object) -> Path:
    """Write the file; `attrs` are attributes of its group `data`, as JSON."""
    with h5py.File(path, "w") as file:
        data = file.create_group("data")
        data.attrs["total"] = 0
        data.attrs["env_args"] = json.dumps({"env_name": env_name, "type": 2, "env_kwargs": {}})
        data.attrs.update({name: json.dumps(value) for name, value in attrs.items()})
    return path
