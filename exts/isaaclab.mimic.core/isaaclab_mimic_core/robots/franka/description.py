# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Get the Franka Panda's URDF and meshes from a package index."""

import sys
from functools import partial
from pathlib import Path

from ...sim.assets import build_once
from ...sim.assets.wheel import fetch_wheel

WHEEL = "isaacsim-asset==6.2.0.0"
"""Wheel with the URDF. Only its data are used, because its Python package conflicts with isaaclab's importer."""

_INSIDE = Path("isaacsim/exts/isaacsim.asset.importer.urdf/data/urdf/robots/franka_description")


def franka_description() -> Path:
    """Return the folder `franka_description`: in the Python environment, or downloaded to the cache.

    Raises:
        PlatformError: The folder is not here and the package index cannot be reached.
    """
    shipped = Path(sys.prefix) / "share" / "isaacsim-asset" / _INSIDE
    if shipped.is_dir():
        return shipped
    return build_once(WHEEL.replace("==", "-"), partial(fetch_wheel, WHEEL)) / _INSIDE
