# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The process that `in_kit` starts: `python -m harness FILE TEST PATH...` boots Kit and runs the body of one test."""

import importlib.util
import inspect
import os
import sys
import traceback
from pathlib import Path

from .app import kit_app
from .isolated import PASSED


def _main(file: str, name: str, *paths: str) -> int:
    spec = importlib.util.spec_from_file_location(Path(file).stem, file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    test = getattr(module, name)
    # A test's paths are known only now.
    known = dict(zip(list(inspect.signature(test.kit_body).parameters)[1:], paths, strict=True))
    arguments = dict(test.kit_arguments)
    arguments["settings"] = [setting.format(**known) for setting in arguments["settings"]]
    arguments["ext_folders"] = [Path(str(path).format(**known)) for path in arguments["ext_folders"]]
    for name in ("app_file", "portable"):
        if arguments[name] is not None:
            arguments[name] = Path(str(arguments[name]).format(**known))
    try:
        with kit_app(**arguments) as kit:
            # Shown at once: the shutdown after a failed test may well take the process down.
            try:
                test.kit_body(kit, *map(Path, paths))
                Path(paths[0], PASSED).touch()
            except BaseException:
                traceback.print_exc()
                sys.stderr.flush()
                raise
    except Exception:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    # Finalisation of a process that held Kit, torch and a simulator is not what is tested here.
    code = _main(*sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
