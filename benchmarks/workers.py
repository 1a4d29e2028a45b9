# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A run of `mimic generate` by one process and by several workers, one after the other: time, and whether they agree.

    python benchmarks/workers.py annotated.hdf5 --workers 0 1 2

0 is one process without Ray. Processor time is that of the whole machine (workers are not children of the command), so
nothing else should run. Seconds are those of the whole command: start, generation, files and end.
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


def busy() -> float:
    """Return for how long the machine's cores have worked since it was started, added up [s]."""
    user, nice, system, _, _, *interrupts = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:8])
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


def generate(a: argparse.Namespace, workers: int, output: Path) -> tuple[float, float]:
    """Generate with so many workers; return the seconds that it takes, and those of processors."""
    words = ["generate", "--input", a.input, "--output", output, "--assets", "local", "--device", a.device]
    words += ["--num-envs", a.num_envs, "--num-demos", a.num_demos, "--seed", a.seed]
    words += ["--workers", workers] if workers else []
    began, worked = time.perf_counter(), busy()
    command = [sys.executable, "-m", "isaaclab_mimic_core", *map(str, words)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began, busy() - worked


def equal(path: Path, other: Path) -> tuple[int, int]:
    """Return how many attempts both files have, and of how many initial state and actions are the same."""
    with DatasetReader(path) as one, DatasetReader(other) as two:
        places = [{attempt_of(reader, name): name for name in reader.episode_names} for reader in (one, two)]
        both = places[0].keys() & places[1].keys()
        same = 0
        for attempt in both:
            first, second = one.read(places[0][attempt]), two.read(places[1][attempt])
            paths = [path for path in first.data if path == "actions" or path.startswith("initial_state/")]
            same += all(np.array_equal(first.data[path], second.data[path]) for path in paths)
    return len(both), same


def attempt_of(reader: DatasetReader, name: str) -> int:
    """Return the number of the attempt that a demonstration is."""
    return reader.attrs(name)["mimic"]["generated"]["attempt"]


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
        "| workers | seconds | processor seconds | demonstrations | attempts of the first row "
        "| same initial state and actions |\n|---|---|---|---|---|---|"
    )
    with tempfile.TemporaryDirectory() as folder:
        outputs = [Path(folder) / f"{index}.hdf5" for index in range(len(a.workers))]
        for workers, output in zip(a.workers, outputs, strict=True):
            seconds, worked = generate(a, workers, output)
            with DatasetReader(output) as reader:
                made = len(reader.episode_names)
            alike, same = equal(outputs[0], output)
            cells = (workers or "none", f"{seconds:.0f}", f"{worked:.0f}", made, alike, same)
            print(f"| {' | '.join(map(str, cells))} |", flush=True)


if __name__ == "__main__":
    main()
