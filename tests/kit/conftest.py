# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Makes the harness, the counting stage and the tutorial importable for the tests in this folder."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
for folder in (HERE, HERE.parent / "unit" / "stages", HERE.parent / "sim", HERE.parent / "tutorial"):
    sys.path.insert(0, str(folder))
