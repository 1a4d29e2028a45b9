# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Isaac Sim's URDF importer as a Python package of its own, `isaacsim-asset-isolated`, which needs no Kit."""

import sys
import types
from importlib import metadata

from ...errors import PlatformError

DISTRIBUTION = "isaacsim-asset-isolated"


def use_standalone_importer() -> None:
    """Make `isaacsim.asset.importer.urdf` importable in this process, which must not do anything else with Isaac Sim.

    The package adds to the namespace `isaacsim`. Isaac Sim has a regular package of that name, which hides it (in a
    binary installation) or starts the Kit kernel at its import (in one from pip, and asks about a licence first). Isaac
    Lab refuses both (`isaaclab.utils.version.standalone_importers_available`). Here the name is given to the
    importer's own folder, before anybody imports it.

    Raises:
        PlatformError: The package is not installed.
    """
    try:
        folder = metadata.distribution(DISTRIBUTION).locate_file("isaacsim")
    except metadata.PackageNotFoundError:
        raise PlatformError(
            f"a robot is converted from its URDF by the Python package {DISTRIBUTION}, which is not installed",
            remedy="`mimic doctor` has the command that installs it; --assets cloud needs no conversion.",
        ) from None
    package = types.ModuleType("isaacsim")
    package.__path__ = [str(folder)]
    sys.modules["isaacsim"] = package
