# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Time of `mimic quickstart` by phase, and of the robot's conversion on first use.

    python benchmarks/quickstart_phases.py               # three runs, after one build of the robot
    python benchmarks/quickstart_phases.py --runs 1 --num-demos 100 --num-envs 64

The robot is built into a temporary cache, so that yours is neither used nor changed. Prints a line of JSON for every
run on standard output, and a table of minimum, median and maximum on standard error. `start` is the time outside of all
phases: starting Python, importing and checking the input, and the end.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BUILD = "from isaaclab_mimic_core.robots.franka.usd import franka_usd; franka_usd()"


def build_assets(environment: dict[str, str]) -> dict:
    """Convert the robot in a process of its own; return seconds of the conversion and of the whole process."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", BUILD], check=True, env=environment, stdout=subprocess.DEVNULL)
    whole = time.perf_counter() - begin
    (noted,) = Path(environment["MIMIC_CACHE"]).glob("*/build_seconds.txt")
    return {"asset_build_s": float(noted.read_text()), "asset_process_s": round(whole, 1)}


def run(folder: Path, arguments: argparse.Namespace, environment: dict[str, str]) -> dict:
    """Run the command once; return the seconds of its phases and how many attempts it took."""
    command = [sys.executable, "-m", "isaaclab_mimic_core", "quickstart", "--json", "--output", str(folder)]
    command += ["--num-demos", str(arguments.num_demos), "--num-envs", str(arguments.num_envs)]
    begin = time.perf_counter()
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    whole = time.perf_counter() - begin
    if result.returncode:
        sys.exit(result.stderr[-3000:])
    ending = [json.loads(line) for line in result.stdout.splitlines()][-1]
    phases = ending["summary"]["phases"]
    return {
        "seconds": {"start": round(whole - sum(phases.values()), 2), **phases, "in all": round(whole, 2)},
        "saved": ending["summary"]["saved"],
        "attempts": ending["summary"]["attempts"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="How long `mimic quickstart` takes, phase by phase.")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--num-demos", type=int, default=10)
    parser.add_argument("--num-envs", type=int, default=16)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"MIMIC_CACHE": str(Path(folder) / "cache")}
        built = build_assets(environment)
        print(json.dumps(built), flush=True)
        runs = []
        for number in range(arguments.runs):
            runs.append(run(Path(folder) / f"run_{number}", arguments, environment))
            print(json.dumps(runs[-1]), flush=True)
    print(f"robot converted in {built['asset_build_s']:.1f} s", file=sys.stderr)
    for phase in runs[0]["seconds"]:
        values = sorted(run["seconds"][phase] for run in runs)
        spread = (values[0], statistics.median(values), values[-1])
        print(f"{phase:>20}  " + " – ".join(f"{value:.1f}" for value in spread) + " s", file=sys.stderr)


if __name__ == "__main__":
    main()
