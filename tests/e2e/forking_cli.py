# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Runs command lines of `mimic`, each in a fork of this process, which has imported the slow libraries already.

Reads a JSON list of arguments a line from standard input, and answers with a line of JSON: `code`, `out`, `err`.
"""

import json
import os
import sys
import tempfile

from isaaclab_mimic_core import cli
from isaaclab_mimic_core.stages import quickstart  # noqa: F401  so that forks need not
from isaaclab_mimic_core.stages.recording import record  # noqa: F401


def run(arguments: list[str]) -> dict:
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            code = 1
            try:
                code = cli.main(arguments)
            except SystemExit as end:
                code = end.code
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code if isinstance(code, int) else 1)
        _, status = os.waitpid(child, 0)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
    return {"code": os.waitstatus_to_exitcode(status), "out": texts[0], "err": texts[1]}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)
