# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A run of `mimic generate` by one process and by several workers, one after the other: time, and whether they agree.

    python benchmarks/workers.py annotated.hdf5 --workers 0 1 2

0 is one process without Ray. Processor time of workers is not that of the command, so it is not told.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from isaaclab_mimic_core.datasets import DatasetReader


def generate(a: argparse.Namespace, workers: int, output: Path) -> float:
    """Generate with so many workers; return the seconds that it takes."""
    words = ["generate", "--input", a.input, "--output", output, "--assets", "local", "--device", a.device]
    words += ["--num-envs", a.num_envs, "--num-demos", a.num_demos, "--seed", a.seed]
    words += ["--workers", workers] if workers else []
    began = time.perf_counter()
    command = [sys.executable, "-m", "isaaclab_mimic_core", *map(str, words)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def equal(path: Path, other: Path) -> tuple[int, int]:
    """Return how many demonstrations are of the same attempt, and how many have the same initial state and actions."""
    with DatasetReader(path) as one, DatasetReader(other) as two:
        names = [name for name in one.episode_names if name in two.episode_names]
        pairs = [(one.read(name), two.read(name)) for name in names]
    alike = [pair for pair in pairs if len({each.attrs["mimic"]["generated"]["attempt"] for each in pair}) == 1]
    same = 0
    for first, second in alike:
        paths = [path for path in first.data if path == "actions" or path.startswith("initial_state/")]
        same += all(np.array_equal(first.data[path], second.data[path]) for path in paths)
    return len(alike), same


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", type=Path, help="annotated demonstrations")
    parser.add_argument("--workers", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--num-envs", type=int, default=32, help="of each worker")
    parser.add_argument("--num-demos", type=int, default=200)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--device", default="cpu")
    a = parser.parse_args()
    print(f"{a.num_demos} demonstrations, {a.num_envs} environments, load {os.getloadavg()[0]:.1f}", flush=True)
    print(
        "| workers | seconds | same attempt as in the first row | same initial state and actions |\n|---|---|---|---|"
    )
    with tempfile.TemporaryDirectory() as folder:
        outputs = [Path(folder) / f"{index}.hdf5" for index in range(len(a.workers))]
        for workers, output in zip(a.workers, outputs, strict=True):
            seconds = generate(a, workers, output)
            alike, same = equal(outputs[0], output)
            print(f"| {workers or 'none'} | {seconds:.0f} | {alike} | {same} |", flush=True)


if __name__ == "__main__":
    main()
