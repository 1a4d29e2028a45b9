# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""From the sample demonstrations to policies that see: annotate, generate, render, train, evaluate, each step timed.

    python benchmarks/visuomotor_policy.py outputs/visuomotor

trains one policy on images as the task has them and one on randomized images (`--looks`), and measures both as they are
and under perturbations of dynamics, light, colours, textures and camera poses. Started again with the same arguments it
goes on where it was stopped or killed. `--set` changes settings of the configuration, for experiments:

    python benchmarks/visuomotor_policy.py outputs/no-shift --looks plain \\
        --set train.encoder_pretraining.shift_pixels=0

Everything is in the folder; `results.json` and `results.md` sum it up.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
STATE_TASK = "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0"
TASK = "Isaac-Stack-Cube-Franka-IK-Rel-Visuomotor-Mimic-v0"
SAMPLE = ROOT / "data" / "franka_stack" / "demos.hdf5"
RANGES = ROOT / "config" / "stack_randomization.yaml"
CONFIG = ROOT / "exts/isaaclab.mimic.core/isaaclab_mimic_core/tasks/franka_stack/robomimic_visuomotor.json"


class Steps:
    """Runs verbs one after another, leaves out those that are finished, and continues those that were cut off.

    Args:
        folder: Where everything goes; `steps.json` there holds the seconds of each finished step.
    """

    def __init__(self, folder: Path):
        self._file = folder / "steps.json"
        self.seconds: dict[str, float] = json.loads(self._file.read_text()) if self._file.exists() else {}

    def run(self, name: str, output: Path, words: list[object], again: str = "--resume") -> None:
        """Run a verb of `mimic`.

        Args:
            name: Name of the step.
            output: What it writes.
            words: Its command line.
            again: What continues it if it was cut off.
        """
        if name in self.seconds:
            return
        words = [*words, *([again] if self._begun(output) else [])]
        print(f"== {name}: mimic {' '.join(map(str, words))}", flush=True)
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "isaaclab_mimic_core", *map(str, words)], check=True)
        self.seconds[name] = round(time.perf_counter() - began, 1)
        self._file.write_text(json.dumps(self.seconds, indent=2) + "\n")

    @staticmethod
    def _begun(output: Path) -> bool:
        """Whether there is something to continue: a file, or what a run leaves in its folder first."""
        marks = ("state.pt", "run.json", "rollouts.jsonl")
        return any((output / mark).exists() for mark in marks) if output.is_dir() else output.exists()


def write_config(folder: Path, changes: list[str]) -> str:
    """Write the task's configuration with changes, `a.b.c=JSON`; return its path, or nothing without changes."""
    if not changes:
        return ""
    content = json.loads(CONFIG.read_text())
    for change in changes:
        key, _, value = change.partition("=")
        *sections, name = key.split(".")
        place = content
        for section in sections:
            place = place[section]
        place[name] = json.loads(value)
    path = folder / "config.json"
    path.write_text(json.dumps(content, indent=2) + "\n")
    return str(path)


def make(a: argparse.Namespace, steps: Steps) -> None:
    """Run all steps."""
    folder: Path = a.output
    where = ("--assets", "local", "--device", a.device)
    many = (*where, "--num-envs", a.num_envs)
    annotated, generated = folder / "annotated.hdf5", folder / "generated.hdf5"
    steps.run(
        "annotate",
        annotated,
        ["annotate", "--task", STATE_TASK, "--input", SAMPLE, "--output", annotated, *many],
        "--overwrite",
    )
    words = ["generate", "--task", STATE_TASK, "--input", annotated, "--output", generated]
    steps.run("generate", generated, [*words, "--num-demos", a.num_demos, "--seed", a.seed, *many])
    config = write_config(folder, a.set)
    for looks in a.looks:
        seen, run = folder / f"{looks}.hdf5", folder / looks
        varied = ("--randomization", RANGES, "--variations", a.variations) if looks == "varied" else ()
        words = ["render", "--task", TASK, "--input", generated, "--output", seen, "--size", a.size, *varied, *where]
        steps.run(f"render {looks}", seen, words)
        words = ["train", "--task", TASK, "--dataset", seen, "--output", run, "--epochs", a.epochs, "--config", config]
        steps.run(f"train {looks}", run, [*words, "--device", a.device, "--threads", a.threads])
        rolled = ("--task", TASK, "--seed", 7, *where, "--num-envs", a.rollout_envs)
        words = ["evaluate", "--checkpoints", run, "--output", run / "curve", "--num-rollouts", a.num_rollouts]
        steps.run(f"evaluate {looks}", run / "curve", [*words, "--first-rollouts", a.first_rollouts, *rolled])
        if a.robust_rollouts:
            words = ["evaluate", "--checkpoints", run / "best.pth", "--output", run / "robust", "--robust"]
            words += ["--num-rollouts", a.robust_rollouts, "--first-rollouts", a.robust_rollouts, *rolled]
            steps.run(f"perturb {looks}", run / "robust", words)


def results(a: argparse.Namespace, steps: Steps) -> dict:
    """Return what came of it."""
    found: dict = {"arguments": {k: str(v) for k, v in vars(a).items()}, "seconds": steps.seconds, "policies": {}}
    for looks in a.looks:
        run: Path = a.output / looks
        log = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
        policy = {
            "encoders": [line for line in log if line["kind"] == "encoders"][-1:],
            "loss": [line["loss"] for line in log if line["kind"] == "epoch"][-1:],
        }
        for name in ("curve", "robust"):
            file = run / name / "evaluation.json"
            policy[name] = json.loads(file.read_text())["results"] if file.exists() else []
        found["policies"][looks] = policy
    return found


def as_text(found: dict) -> str:
    """Return the results in Markdown."""
    lines = ["| step | minutes |", "|---|---|"]
    lines += [f"| {name} | {seconds / 60:.1f} |" for name, seconds in found["seconds"].items()]
    for looks, policy in found["policies"].items():
        lines += ["", f"Trained on {looks} images:", ""]
        for line in policy["encoders"]:
            errors = {key: value for key, value in line.items() if key.startswith("held_out")}
            lines += [", ".join(f"{key} {value:.4g}" for key, value in errors.items()), ""]
        lines += ["| policy | held at the end | of | 95 % |", "|---|---|---|---|"]
        for each in [*policy["curve"], *policy["robust"]]:
            name = each["variant"] or Path(each["checkpoint"]).stem
            interval = f"{each['low']:.0%} – {each['high']:.0%}"
            lines.append(f"| {name} | {each['success']} | {each['rollouts']} | {interval} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path)
    parser.add_argument("--num-demos", type=int, default=1000)
    parser.add_argument("--num-envs", type=int, default=64)
    parser.add_argument("--size", type=int, default=84, help="height and width of images [pixels]")
    parser.add_argument("--looks", nargs="+", choices=("plain", "varied"), default=["plain", "varied"])
    parser.add_argument("--variations", type=int, default=1, help="renderings of each demonstration with varied looks")
    parser.add_argument("--set", nargs="*", default=[], metavar="KEY=JSON", help="changes of the configuration")
    parser.add_argument("--epochs", type=int, default=0, help="of the policy; 0: as configured")
    parser.add_argument("--num-rollouts", type=int, default=200)
    parser.add_argument("--first-rollouts", type=int, default=16, help="of every checkpoint, for the curve")
    parser.add_argument("--robust-rollouts", type=int, default=64, help="of each perturbation; 0: none")
    parser.add_argument("--rollout-envs", type=int, default=16)
    parser.add_argument("--seed", type=int, default=100, help="of the generation")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--device", default="auto")
    a = parser.parse_args()
    a.output.mkdir(parents=True, exist_ok=True)
    steps = Steps(a.output)
    make(a, steps)
    found = results(a, steps)
    (a.output / "results.json").write_text(json.dumps(found, indent=2) + "\n")
    (a.output / "results.md").write_text(as_text(found))
    print(as_text(found))


if __name__ == "__main__":
    main()
