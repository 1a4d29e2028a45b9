# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What all tests need: our packages, also where they are not installed, and NVIDIA's licence for Kit accepted."""

import importlib.util
import os
import sys
from pathlib import Path

# Tests accept the licence for themselves; the product never does so for its user.
os.environ.setdefault("OMNI_KIT_ACCEPT_EULA", "YES")

for package, folder in (("isaaclab_mimic_core", "isaaclab.mimic.core"), ("isaaclab_mimic_ui", "isaaclab.mimic.ui")):
    if importlib.util.find_spec(package) is None:
        sys.path.insert(0, str(Path(__file__).parents[1] / "exts" / folder))
