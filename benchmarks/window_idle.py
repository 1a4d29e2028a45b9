# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Processor time of the desktop window while nobody touches it.

    xvfb-run python benchmarks/window_idle.py --seconds 30

Opens `mimic ui` in an empty folder, waits until it stands still, and then counts the time of the window's process, the
renderer's threads included. Prints a line of JSON: per cent of one core.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import tyro


@dataclass(frozen=True)
class Options:
    """How long to look."""

    opening: float = 60.0
    """Time that the window is given to open and come to rest [s]."""
    seconds: float = 30.0
    """Time that is measured [s]."""


def main(options: Options) -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"XDG_CONFIG_HOME": str(Path(folder) / "config")}
        command = [sys.executable, "-m", "isaaclab_mimic_core", "ui"]
        window = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
        try:
            time.sleep(options.opening)
            before, began = worked(window.pid), time.monotonic()
            time.sleep(options.seconds)
            share = (worked(window.pid) - before) / (time.monotonic() - began)
        finally:
            window.send_signal(signal.SIGTERM)
            window.wait()
    print(json.dumps({"idle_percent_of_a_core": round(100 * share, 1)}))


def worked(pid: int) -> float:
    """Return the processor time of a process so far [s]."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main(tyro.cli(Options))
