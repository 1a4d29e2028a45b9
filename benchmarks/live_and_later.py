# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Pictures of generated demonstrations, taken while they run and afterwards from their recorded states.

    python benchmarks/live_and_later.py
    python benchmarks/live_and_later.py --num-demos 4 --num-envs 4

The visuomotor stack: `mimic generate --images live`, then `mimic render` of the same file, both with the rasteriser.
Of each camera: pixels that differ at all, and by more than 16 of 255 in any channel, and the largest difference; and
what takes of the processor, starts included.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from physx_generation import annotate_sample

from isaaclab_mimic_core.datasets import DatasetReader

TASK = "Isaac-Stack-Cube-Franka-IK-Rel-Visuomotor-Mimic-v0"
CAMERAS = ("obs/table_cam", "obs/wrist_cam")
FAR_OFF = 16
"""Of 255, in any channel: a pixel that is another colour."""


def mimic(*words: object) -> float:
    """Run a verb; return its seconds of the processor."""
    before = os.times()
    command = [sys.executable, "-m", "isaaclab_mimic_core", *map(str, words), "--assets", "local"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def compare(live: Path, later: Path) -> dict[str, tuple[int, float, float, int]]:
    """Return by camera: pictures, parts of pixels that differ and that are another colour, largest difference."""
    found = {}
    with DatasetReader(live) as one, DatasetReader(later) as other:
        for camera in CAMERAS:
            pictures = pixels = any_ = far = largest = 0
            for name in one.episode_names:
                taken, drawn = (reader.read(name).data[camera].astype(int) for reader in (one, other))
                apart = np.abs(taken - drawn).max(axis=-1)
                pictures, pixels = pictures + len(apart), pixels + apart.size
                any_, far = any_ + (apart > 0).sum(), far + (apart > FAR_OFF).sum()
                largest = max(largest, int(apart.max()))
            found[camera] = (pictures, any_ / pixels, far / pixels, largest)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--num-demos", type=int, default=20)
    parser.add_argument("--num-envs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    a = parser.parse_args()
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        live, later = (Path(name) / f"{each}.hdf5" for each in ("live", "later"))
        annotated = annotate_sample(Path(name) / "annotated.hdf5")
        run = ("--num-envs", a.num_envs, "--num-demos", a.num_demos, "--seed", a.seed, "--images", "live")
        generating = mimic("generate", "--task", TASK, "--any-task", "--input", annotated, "--output", live, *run)
        rendering = mimic("render", "--input", live, "--output", later, "--num-envs", a.num_envs, "--processes", 1)
        found = compare(live, later)
    print("| camera | pictures | pixels that differ | by more than 16 | at most |\n|---|---|---|---|---|")
    for camera, (pictures, any_, far, largest) in found.items():
        print(f"| `{camera.removeprefix('obs/')}` | {pictures} | {100 * any_:.4f} % | {100 * far:.4f} % | {largest} |")
    took = time.perf_counter() - begun
    print(f"generate --images live {generating:.0f} s of the processor, render {rendering:.0f} s; {took:.0f} s in all")


if __name__ == "__main__":
    main()
