# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Automatic annotation of the sample demonstrations: twice in parallel, and once one at a time.

Each runs in a process of its own (`mimic annotate --json`). Measured are the time from the open simulation to the
complete file, and whether all three found the same marks.

    python benchmarks/annotate_speed.py
    python benchmarks/annotate_speed.py --num-envs 10 --input demos.hdf5

Prints a line of JSON for each process, then one for the comparison.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from isaaclab_mimic_core.sample import SAMPLE


def annotate(source: str, output: Path, num_envs: int, device: str) -> dict:
    """Annotate a file in a process of its own."""
    arguments = ["--input", source, "--output", output, "--num-envs", num_envs, "--device", device, "--assets", "local"]
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "isaaclab_mimic_core", "annotate", "--json", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    opened, marks, kept = begin, {}, 0
    assert process.stdout is not None
    for line in process.stdout:
        event = json.loads(line)
        if event["event"] == "PhaseStarted" and event["phase"].startswith("Annotating"):
            opened = time.perf_counter()
        elif event["event"] == "EpisodeAnnotated":
            marks[event["name"]] = event["marks"]
            kept += event["ok"]
        elif event["event"] == "StageFinished":
            finished = time.perf_counter()
    process.wait()
    return {
        "num_envs": num_envs,
        "kept": kept,
        "of": len(marks),
        "annotating_s": round(finished - opened, 2),
        "in_all_s": round(time.perf_counter() - begin, 2),
        "load": round(os.getloadavg()[0], 1),
        "marks": marks,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Automatic annotation side by side and one at a time.")
    parser.add_argument("--input", default=str(SAMPLE))
    parser.add_argument("--num-envs", type=int, default=10)
    parser.add_argument("--device", default="auto")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        runs = []
        for number, num_envs in enumerate((arguments.num_envs, 1, arguments.num_envs)):
            output = Path(folder) / f"{number}.hdf5"
            runs.append(annotate(arguments.input, output, num_envs, arguments.device))
            print(json.dumps({key: value for key, value in runs[-1].items() if key != "marks"}), flush=True)
    together, alone, again = runs
    comparison = {
        "same_marks_twice": together["marks"] == again["marks"],
        "same_marks_alone": together["marks"] == alone["marks"],
        "times_faster": round(alone["annotating_s"] / min(together["annotating_s"], again["annotating_s"]), 2),
        "times_faster_worse_run": round(
            alone["annotating_s"] / max(together["annotating_s"], again["annotating_s"]), 2
        ),
    }
    print(json.dumps(comparison))


if __name__ == "__main__":
    main()
