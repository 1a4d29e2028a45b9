# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Convert the Franka Panda from URDF to USD.

The result has the prim tree that Isaac Lab's Franka tasks expect (`Geometry/panda_link0/.../panda_hand`).
"""

import re
import time
from pathlib import Path

from ...sim.assets import build_once
from ...sim.assets.conversion import convert_urdf
from .description import franka_description

RECIPE = 1
"""Version of the conversion; increase it when a change below changes the result."""

FOLDER = f"franka-panda-{RECIPE}"
"""The robot's folder in the cache."""

_NAME = "panda"


def franka_usd() -> Path:
    """Return the path of the robot's USD file. The first call converts it, in about 10 s.

    Raises:
        PlatformError: The importer is not installed, or the conversion failed; names the log.
        OutputError: The cache cannot be written.
    """
    return build_once(FOLDER, _build) / _NAME / f"{_NAME}.usda"


def _build(folder: Path) -> None:
    start = time.perf_counter()
    description = franka_description()
    # A <mimic> element makes finger 2 follow finger 1. Remove it: the task's gripper action drives both fingers, and
    # PhysX's constraint would work against it.
    text = (description / "robots" / "panda_arm_hand.urdf").read_text(encoding="utf-8")
    urdf = folder / f"{_NAME}.urdf"
    urdf.write_text(re.sub(r"<mimic\b[^>]*/>", "", text), encoding="utf-8")
    convert_urdf(urdf, folder.parent / "franka-build.log", 80.0, ("franka_description", description))
    (folder / "build_seconds.txt").write_text(f"{time.perf_counter() - start:.1f}\n")
