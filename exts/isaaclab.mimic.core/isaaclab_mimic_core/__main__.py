# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""`python -m isaaclab_mimic_core VERB`, and the command `mimic`."""

import sys
import traceback

from .exit_status import INTERRUPTED, UNEXPECTED


def main() -> int:
    """Run the command line, and give what fails before a verb has begun the same exit statuses."""
    try:
        from .cli import main

        return main()
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception:
        traceback.print_exc()
        return UNEXPECTED


if __name__ == "__main__":
    sys.exit(main())
