# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""An environment step by PhysX's worker threads: none, or as many as cores; alone, and beside busy loops.

    python benchmarks/physics_threads.py
    python benchmarks/physics_threads.py --num-envs 16 --busy 2

The three-cube stack while the scripted demonstrator stacks, as in sim_step.py, in a process for each row. Milliseconds
per step of all environments together: the median and the 90th percentile.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator

from sim_step import measure

CORES = len(os.sched_getaffinity(0))
LOOP = "while True: pass"


@contextlib.contextmanager
def so_many(threads: int) -> Iterator[None]:
    """Let PhysX start with so many worker threads, whatever is chosen."""
    import ovphysx

    make_config = ovphysx.PhysXConfig
    ovphysx.PhysXConfig = lambda *args, **kwargs: make_config(*args, **kwargs | {"num_threads": threads})
    try:
        yield
    finally:
        ovphysx.PhysXConfig = make_config


def measure_here(num_envs: int, threads: int, steps: int) -> dict:
    from isaaclab_mimic_core.terminal.streams import take_streams

    streams = take_streams("physics_threads", json_lines=False, verbose=False)
    with so_many(threads):
        row = measure(num_envs, steps, "ovphysx", "cpu", as_shipped=False)
    row |= {"threads": threads}
    print(json.dumps(row), file=streams.out)
    return row


@contextlib.contextmanager
def busy_loops(count: int) -> Iterator[None]:
    loops = [subprocess.Popen([sys.executable, "-c", LOOP]) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--num-envs", type=int, nargs="+", default=(1, 16, 64))
    parser.add_argument("--threads", type=int, nargs="+", default=(0, CORES))
    parser.add_argument("--busy", type=int, nargs="+", default=(0, CORES), help="numbers of busy loops")
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--here", action="store_true", help="measure in this process; for one row")
    a = parser.parse_args()
    if a.here:
        measure_here(a.num_envs[0], a.threads[0], a.steps)
        return
    print("| environments | busy loops | worker threads | step ms: median, 90th percentile |\n|---|---|---|---|")
    for num_envs in a.num_envs:
        for busy in a.busy:
            for threads in a.threads:
                words = ["--here", "--num-envs", num_envs, "--threads", threads, "--steps", a.steps]
                with busy_loops(busy):
                    output = subprocess.run(
                        [sys.executable, __file__, *map(str, words)], check=True, stdout=subprocess.PIPE, text=True
                    ).stdout
                _, median, late = json.loads(output)["step_ms"]
                print(f"| {num_envs} | {busy} | {threads} | {median:.1f}, {late:.1f} |", flush=True)


if __name__ == "__main__":
    main()
