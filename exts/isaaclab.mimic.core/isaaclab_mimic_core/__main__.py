# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""`python -m isaaclab_mimic_core VERB`."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
