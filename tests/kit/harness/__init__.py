# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Development harness: the real Kit kernel with the real omni.ui, headless on the CPU.

`kit_app` boots Kit in this process, `in_kit` turns a function into a pytest test that does so in a process of its own.
The extensions in `devexts` stand in for parts of Kit that no wheel holds; they are never shipped.
"""

import sys
from pathlib import Path

# Where `waiting` is.
sys.path.append(str(Path(__file__).parents[2]))

from .app import KitHarness, kit_app
from .isolated import in_kit

__all__ = ["KitHarness", "in_kit", "kit_app"]
