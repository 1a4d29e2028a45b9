# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The program that runs the Kit kernel of the `omniverse-kit` wheel: `python -I -S run_kit.py KERNEL [ARGUMENT ...]`.

The same as the `kit` program of an Isaac Sim, which the wheel does not hold. Started without site-packages: Kit needs
none of them, and other packages also have a folder `omni`, which would hide Kit's.
"""

import importlib.util
import os
import sys


def _main(kernel: str, *arguments: str) -> int:
    spec = importlib.util.spec_from_file_location("kit_app", os.path.join(kernel, "kit_app.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["kit_app"] = module
    spec.loader.exec_module(module)
    app = module.KitApp()
    app.startup(list(arguments))
    while app.is_running():
        app.update()
    return app.shutdown()


if __name__ == "__main__":
    code = _main(*sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # Exit without shutting the interpreter down, so that native code cannot change the result.
    os._exit(code & 0xFF)
