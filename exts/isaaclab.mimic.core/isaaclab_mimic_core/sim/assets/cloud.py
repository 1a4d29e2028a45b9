# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""NVIDIA's asset server: check whether it can be reached, and find the assets that a task loads from it."""

import functools
import urllib.error
import urllib.request
from typing import Any

from ..nested import nested

_TIMEOUT = 3.0
"""Maximum time to wait for the server's answer [s]."""


@functools.cache
def cloud_assets_reachable() -> bool:
    """Return whether the asset server has a file that every stack scene needs. Ask it once per process."""
    from isaaclab.utils.assets import ISAAC_NUCLEUS_DIR

    if not ISAAC_NUCLEUS_DIR.startswith("http"):
        return bool(ISAAC_NUCLEUS_DIR)
    request = urllib.request.Request(f"{ISAAC_NUCLEUS_DIR}/Props/Blocks/red_block.usd", method="HEAD")
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError, ValueError):
        return False


def cloud_paths(cfg: object) -> list[str]:
    """Return the assets that a configuration would load from the asset server, as paths below the server's root.

    Args:
        cfg: A configuration of Isaac Lab (`configclass`); nested values are included.
    """
    from isaaclab.utils.assets import NUCLEUS_ASSET_ROOT_DIR

    if not str(NUCLEUS_ASSET_ROOT_DIR).startswith("http"):
        return []

    def is_not_drawn(owner: Any, name: str) -> bool:
        # Markers are made only if there is a live view.
        return name.endswith("visualizer_cfg") and not getattr(owner, "debug_vis", True)

    texts = (value for value in nested(cfg, is_not_drawn) if isinstance(value, str))
    root = NUCLEUS_ASSET_ROOT_DIR
    return [text.removeprefix(root).lstrip("/") for text in texts if text.startswith(root)]
