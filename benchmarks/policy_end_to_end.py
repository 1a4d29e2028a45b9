# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""From a task's sample demonstrations to a policy: annotate, generate, train, evaluate, with the time of each step.

    python benchmarks/policy_end_to_end.py outputs/policy --num-demos 1000 --num-rollouts 200
    python benchmarks/policy_end_to_end.py outputs/gr1t2 --task Isaac-PickPlace-GR1T2-Abs-Mimic-v0 --num-envs 32

`--config upstream` does the same with Isaac Lab's own configuration. Success is measured in initial states that occur
in no recording or generation; the curve over epochs is in evaluation/ in the run's folder.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

from isaaclab_mimic_core.sample import sample_of
from isaaclab_mimic_core.tasks import DEFAULT_TASK, find_task


def mimic(*words: object) -> float:
    """Run one verb; return the seconds it took."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "isaaclab_mimic_core", *map(str, words)], check=True)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path)
    parser.add_argument("--task", default=DEFAULT_TASK)
    parser.add_argument("--num-demos", type=int, default=1000)
    parser.add_argument("--num-envs", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=0)
    parser.add_argument("--config", default="")
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--num-rollouts", type=int, default=200)
    parser.add_argument("--device", default="auto")
    a = parser.parse_args()
    annotated, generated, run = a.output / "annotated.hdf5", a.output / "generated.hdf5", a.output / "run"
    task = ("--task", a.task)
    where = (*task, "--assets", "local", "--device", a.device, "--num-envs", a.num_envs)
    sample = sample_of(find_task(a.task))
    took = {
        "annotate": mimic("annotate", "--input", sample, "--output", annotated, *where),
        "generate": mimic(
            "generate", "--input", annotated, "--output", generated, "--num-demos", a.num_demos, "--seed", 100, *where
        ),
        "train": mimic(
            *("train", *task, "--dataset", generated, "--output", run, "--precision", a.precision),
            *("--epochs", a.epochs, "--config", a.config, "--device", a.device),
        ),
        "evaluate": mimic("evaluate", "--checkpoints", run, "--num-rollouts", a.num_rollouts, "--seed", 7, *where),
    }
    report = json.loads((run / "evaluation" / "evaluation.json").read_text())
    best = next(r for r in report["results"] if r["checkpoint"] == report["best"])
    print(", ".join(f"{name} {seconds / 60:.1f} min" for name, seconds in took.items()))
    print(
        f"{Path(report['best']).name}: {best['success']} of {best['rollouts']} at the end"
        f" ({best['low']:.1%} to {best['high']:.1%}), {best['ever']} at any moment"
    )


if __name__ == "__main__":
    main()
