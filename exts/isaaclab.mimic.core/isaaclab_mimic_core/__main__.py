# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""`python -m isaaclab_mimic_core VERB`, and the command `mimic`."""

import sys
import traceback

from .events import StageFailed, to_json
from .exit_status import INTERRUPTED, UNEXPECTED
from .garbage_collection import skip_at_exit
from .requirements import explain


def main() -> int:
    """Run the command line, and give what fails before a verb has begun the same exit statuses."""
    skip_at_exit()
    try:
        from .cli import main

        return main()
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        # Isaac Lab's own installation does not bring what the command line is made of.
        if isinstance(error, ImportError) and (lack := explain(error)):
            if "--json" in sys.argv:
                print(to_json(StageFailed(str(lack), lack.exit_code)))
            print(f"mimic: {lack}", file=sys.stderr)
            return lack.exit_code
        traceback.print_exc()
        return UNEXPECTED


if __name__ == "__main__":
    sys.exit(main())
