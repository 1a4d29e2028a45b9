# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Time from a click on Preview until the simulation makes its first step.

In a new worker; in a new one that finds no compiled modules, as where PYTHONDONTWRITEBYTECODE is set and the launcher
is not used; and in one that was kept ready, whose loading does not count.

    python benchmarks/warm_start.py --runs 3

The sides alternate. Prints one JSON line per start: seconds, and processor time of the process [s].
"""

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

from isaaclab_mimic_core.remote.spare import SpareWorker
from isaaclab_mimic_core.remote.worker_client import WorkerClient

STAGE, OPTIONS = "view", {"num_envs": 1, "assets": "local"}


def measure(client: WorkerClient, start: float, cpu: float = 0.0) -> dict:
    """Wait until a worker has made a step, and end it.

    Args:
        client: The worker, whose stage has begun.
        start: When it began, by `time.perf_counter`.
        cpu: Processor time that its process had taken before [s].
    """
    try:
        while not client.snapshot().get("steps"):
            client.poll()
            if client.done:
                raise SystemExit(f"the stage has ended: {client.last_stderr}")
            time.sleep(0.01)
        seconds = time.perf_counter() - start
        return {"seconds": round(seconds, 2), "cpu_s": round(processor_time(client.pid) - cpu, 2)}
    finally:
        client.close()


def processor_time(pid: int) -> float:
    """Return the processor time of a process so far [s]."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def new_worker() -> dict:
    start = time.perf_counter()
    return measure(WorkerClient(STAGE, OPTIONS), start)


def nothing_compiled() -> dict:
    with tempfile.TemporaryDirectory() as empty:
        os.environ |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": empty}
        try:
            return new_worker()
        finally:
            del os.environ["PYTHONDONTWRITEBYTECODE"], os.environ["PYTHONPYCACHEPREFIX"]


def kept_ready() -> dict:
    spare = SpareWorker()
    spare.wanted = True
    spare.keep()
    while not spare.ready:
        time.sleep(0.05)
    memory = spare.memory
    start = time.perf_counter()
    client = spare.take()
    assert client is not None, "a worker that was not taken must have ended"
    cpu = processor_time(client.pid)
    client.begin(STAGE, OPTIONS)
    return measure(client, start, cpu) | {"memory_gb": round(memory / 1e9, 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    for _ in range(parser.parse_args().runs):
        for run in (new_worker, nothing_compiled, kept_ready):
            print(json.dumps({"worker": run.__name__, **run()}), flush=True)


if __name__ == "__main__":
    main()
