# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Isaac Sim's URDF importer as a Python package of its own, `isaacsim-asset-isolated`, which needs no Kit."""

import sys
import types
from importlib import metadata

from ...errors import PlatformError

DISTRIBUTION = "isaacsim-asset-isolated"


def use_standalone_importer() -> None:
    """Make `isaacsim.asset.importer.urdf` importable in this process, which cannot use Isaac Sim afterwards.

    The importer's package extends the namespace `isaacsim`. Isaac Sim has a regular package of that name. In a binary
    installation that package hides the importer; in an installation from pip, importing it starts the Kit kernel, which
    first asks for a licence. Isaac Lab refuses both (`isaaclab.utils.version.standalone_importers_available`). So this
    function binds the name `isaacsim` to the importer's folder before anything imports it.

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
