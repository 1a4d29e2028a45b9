# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A live view of the simulation, through Isaac Lab's own visualizers."""

from typing import Any


def configure_visualizer(cfg: Any, name: str) -> dict:
    """Return the launcher arguments for a visualizer and set the configuration up for it."""
    if name == "none":
        return {"visualizer": []}
    return {"visualizer": [{"newton": "newton_gl"}.get(name, name)]}
