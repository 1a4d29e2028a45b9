# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Attempts that succeed by a proposed descriptor, and by the configuration that somebody wrote.

    python benchmarks/proposed_descriptor.py --attempts 256
    python benchmarks/proposed_descriptor.py --tasks Mimic-Lift-Box-Two-Franka-v0 --attempts 16

For each task `mimic task init` sees one demonstration and nothing of the task's Mimic configuration. Then both sides
annotate the same ten demonstrations and make attempts of the same seed (`mimic task check`), so from the same scenes.
The stack's demonstrations are the sample; a script makes those of the tasks of two arms.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from isaaclab_mimic_core.learning.intervals import wilson
from isaaclab_mimic_core.sample import SAMPLE
from isaaclab_mimic_core.tasks import DEFAULT_TASK

TASKS = (DEFAULT_TASK, "Mimic-Lift-Box-Two-Franka-v0", "Mimic-Clear-And-Place-Two-Franka-v0")
SOURCES = 10


def mimic(*words: object) -> dict:
    """Run a verb, and return the summary that it ends with; findings are no error."""
    command = [sys.executable, "-m", "isaaclab_mimic_core", *map(str, words), "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode not in (0, 1) or not events:
        raise SystemExit(f"{' '.join(command)}: {done.returncode}\n{done.stderr[-2000:]}{events[-1:]}")
    return events[-1]["summary"]


def compare(task: str, attempts: int, num_envs: int, seed: int, folder: Path) -> list[dict]:
    common = ("--assets", "local", "--device", "cpu", "--num-envs", num_envs)
    demos, proposed = SAMPLE, folder / f"{task}.yaml"
    if task != DEFAULT_TASK:
        demos = folder / f"{task}.hdf5"
        script = ("--teleop-device", "scripted", "--num-demos", SOURCES, "--seed", seed)
        mimic("record", "--task", task, *script, "--output", demos, "--assets", "local", "--num-envs", SOURCES)
    mimic("task", "init", "--input", demos, "--episodes", "0", "--output", proposed, *common)
    print(proposed.read_text(), flush=True)
    rows = []
    for side, words in {"written": ("--task", task), "proposed": ("--descriptor", proposed)}.items():
        check = ("--input", demos, "--attempts", attempts, "--seed", seed)
        rows.append({"task": task, "side": side, **mimic("task", "check", *words, *check, *common)})
        print(json.dumps(rows[-1]), flush=True)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", nargs="+", default=TASKS)
    parser.add_argument("--attempts", type=int, default=256)
    parser.add_argument("--num-envs", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    a = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = [row for task in a.tasks for row in compare(task, a.attempts, a.num_envs, a.seed, Path(folder))]
    print("| task | subtasks | annotated | succeeded | 95 % |\n|---|---|---|---|---|")
    for row in rows:
        low, high = wilson(row["succeeded"], row["attempts"])
        print(
            f"| {row['task']} | {row['side']} | {row['annotated']} of {row['of']} "
            f"| {row['succeeded']} of {row['attempts']} | {low:.0%} – {high:.0%} |"
        )


if __name__ == "__main__":
    main()
