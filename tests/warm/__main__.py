# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Imports what takes long, then forks a process for each request that comes through a socket.

python -m warm SOCKET
"""

import importlib
import json
import os
import runpy
import socket
import sys
import traceback


def main(number: int) -> None:
    requests = socket.socket(fileno=number)
    _import_all()
    while True:
        message, files, *_ = socket.recv_fds(requests, 1 << 16, 3)
        if not message:
            return
        between = os.fork()
        if between == 0:
            child = os.fork()
            if child:
                requests.sendall(str(child).encode())
                os._exit(0)
            requests.close()
            _become(json.loads(message), files)
        os.waitpid(between, 0)
        for file in files:
            os.close(file)


def _import_all() -> None:
    from isaaclab_mimic_core.remote.preload import MODULES
    from isaaclab_mimic_core.sim.repairs.pinned_memory import allow_pinned_without_cuda

    # As `open_env` does before it imports Isaac Lab.
    allow_pinned_without_cuda()
    # The only threads that this starts are OpenBLAS's, which ends them before a fork and starts them anew when needed.
    for name in MODULES:
        importlib.import_module(name)


def _become(request: dict, files: list[int]) -> None:
    """Run what is asked for as `python` does, and end."""
    for place, file in enumerate(files):
        os.dup2(file, place)
        os.close(file)
    os.chdir(request["folder"])
    arguments = request["arguments"]
    code = 1
    try:
        if arguments[0] == "-m":
            sys.argv = arguments[1:]
            runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        elif arguments[0] == "-c":
            sys.argv = ["-c", *arguments[2:]]
            exec(arguments[1], {"__name__": "__main__"})
        else:
            sys.argv = arguments
            sys.path.insert(0, os.path.dirname(arguments[0]))
            runpy.run_path(arguments[0], run_name="__main__")
        code = 0
    except SystemExit as ending:
        code = ending.code if isinstance(ending.code, int) else int(ending.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main(int(sys.argv[1]))
