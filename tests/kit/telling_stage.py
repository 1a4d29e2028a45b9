# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A stage that reports facts about its process."""

import importlib.util
import os
import ssl
import sys

import h5py

from isaaclab_mimic_core.events import StageFinished
from isaaclab_mimic_core.stages.stage import Stage


class TellingStage(Stage):
    """Ends at once. Its module's imports, of a package and of a library of the system, are half of what it says."""

    name = "telling"

    def run(self):
        yield []
        found = importlib.util.find_spec("isaacsim")
        summary = {
            "prefix": sys.prefix,
            "h5py": h5py.__file__,
            "ssl": ssl.OPENSSL_VERSION,
            "isaacsim": found and found.origin,
            "environment": dict(os.environ),
        }
        return [StageFinished(self.name, "done", summary)]
