# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The command `isaacsim APPLICATION ...` of a pip installation: `pip_start.py ISAACSIM_FOLDER APPLICATION ...`.

With the real package in that folder its own `main` runs. Without, the same is done here: the kernel beside the package
is loaded into this Python, and started with the application and Isaac Sim's folder of applications.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "kit"))

from harness.kernel import make_omni_a_namespace


def main() -> int:
    # ovui's `omni` would hide the kernel's.
    make_omni_a_namespace()
    sim = Path(sys.argv.pop(1))
    if (sim / "__init__.py").is_file():
        sys.path.insert(0, str(sim.parent))
        import isaacsim

        return isaacsim.main()

    sys.path.append(str(sim / "kit"))
    from kit_app import KitApp

    application = KitApp()
    application.startup([sys.argv[1], "--ext-folder", str(sim / "apps"), *sys.argv[2:]])
    while application.is_running():
        application.update()
    return application.shutdown()


sys.exit(main())
