# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Time from a click on Preview until the simulation makes its first step: in a new worker, and in one kept ready.

    python benchmarks/warm_start.py --runs 3

The sides alternate. Prints one JSON line per start.
"""

import argparse
import json
import time

from isaaclab_mimic_core.remote.spare import SpareWorker
from isaaclab_mimic_core.remote.worker_client import WorkerClient

STAGE, OPTIONS = "view", {"num_envs": 1, "assets": "local"}


def seconds_to_first_step(client: WorkerClient, start: float) -> float:
    """Wait until a worker has made a step, and end it."""
    try:
        while not client.snapshot().get("steps"):
            client.poll()
            if client.done:
                raise SystemExit(f"the stage has ended: {client.last_stderr}")
            time.sleep(0.01)
        return time.perf_counter() - start
    finally:
        client.close()


def new_worker() -> float:
    start = time.perf_counter()
    return seconds_to_first_step(WorkerClient(STAGE, OPTIONS), start)


def kept_ready() -> float:
    spare = SpareWorker()
    spare.wanted = True
    spare.keep()
    while not spare.ready:
        time.sleep(0.05)
    memory = spare.memory
    start = time.perf_counter()
    client = spare.take()
    assert client is not None
    client.begin(STAGE, OPTIONS)
    seconds = seconds_to_first_step(client, start)
    print(json.dumps({"worker": "kept ready", "memory_gb": round(memory / 1e9, 2)}), flush=True)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    for _ in range(parser.parse_args().runs):
        for name, run in (("new", new_worker), ("kept ready", kept_ready)):
            print(json.dumps({"worker": name, "seconds": round(run(), 2)}), flush=True)


if __name__ == "__main__":
    main()
