# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Whether NVIDIA's asset server can be reached from here."""

import functools
import urllib.error
import urllib.request

_TIMEOUT = 3.0
"""Seconds after which a server that does not answer counts as out of reach."""


@functools.cache
def cloud_assets_reachable() -> bool:
    """Ask the asset server once per process for one small file that every stack scene needs."""
    from isaaclab.utils.assets import ISAAC_NUCLEUS_DIR

    if not ISAAC_NUCLEUS_DIR.startswith("http"):
        return bool(ISAAC_NUCLEUS_DIR)
    request = urllib.request.Request(f"{ISAAC_NUCLEUS_DIR}/Props/Blocks/red_block.usd", method="HEAD")
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError, ValueError):
        return False
