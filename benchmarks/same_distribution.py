# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Whether `--mode upstream` generates as Isaac Lab's generator does: success rates and lengths of many attempts.

Both run the same task without physics (see kinematic/) from the same demonstrations, with their own random numbers.
If both draw from one distribution, each z below is standard normal: beyond 2.58 only once in a hundred times.

    python benchmarks/same_distribution.py                    # 2048 attempts each: minutes, nearly all Isaac Lab's
    python benchmarks/same_distribution.py --attempts 512

One JSON line. Exit 1 if the two differ.
"""

import argparse
import json
import math
import sys

import torch
from kinematic import KinematicStackEnv, run_attempts, scripted_demonstrations
from kinematic.upstream import UpstreamStackEnv, run_upstream

from isaaclab_mimic_core.datagen.generator import Generator
from isaaclab_mimic_core.datagen.plan import make_plan
from isaaclab_mimic_core.datagen.settings import Settings
from isaaclab_mimic_core.datagen.source_bank import SourceDemo, make_bank

LIMIT = 2.58


def ours(num_envs: int, attempts: int, demos: list[SourceDemo], seed: int) -> tuple[int, list[int]]:
    """Return how many attempts succeeded, and each one's steps."""
    env = KinematicStackEnv(num_envs)
    plan = make_plan(env.cfg, env.object_names, env.device)
    generator = Generator(env, plan, make_bank(demos, env, plan), seed, Settings.of("upstream"))
    outcomes = run_attempts(env, generator, attempts, seed)
    return sum(outcome.success for outcome in outcomes), [outcome.steps for outcome in outcomes]


def isaac_labs(num_envs: int, attempts: int, demos: list[SourceDemo], seed: int) -> tuple[int, int, list[int]]:
    """Return how many attempts were made and succeeded, and the steps of those that another one followed."""
    run = run_upstream(UpstreamStackEnv(num_envs, seed=seed), demos, attempts, seed)
    return run.attempts, run.successes, run.attempt_steps


def z_of_proportions(successes: tuple[int, int], attempts: tuple[int, int]) -> float:
    """Two-proportion test with pooled variance."""
    pooled = sum(successes) / sum(attempts)
    deviation = math.sqrt(pooled * (1 - pooled) * sum(1 / count for count in attempts))
    return (successes[0] / attempts[0] - successes[1] / attempts[1]) / deviation


def z_of_means(a: list[int], b: list[int]) -> float:
    """Difference of two means in units of its standard deviation."""
    first, second = torch.tensor(a).double(), torch.tensor(b).double()
    deviation = math.sqrt(first.var() / len(first) + second.var() / len(second))
    gap = float(first.mean() - second.mean())
    return gap / deviation if deviation > 0 else math.copysign(math.inf, gap) if gap else 0.0


def main() -> int:
    parser = argparse.ArgumentParser(description="Whether --mode upstream generates as Isaac Lab's generator does.")
    parser.add_argument("--attempts", type=int, default=2048)
    parser.add_argument("--num-envs", type=int, default=64)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    demos = scripted_demonstrations()
    # Other initial states for each: a difference between the two samples then shows a difference in kind.
    our_successes, our_steps = ours(arguments.num_envs, arguments.attempts, demos, arguments.seed)
    attempts, successes, steps = isaac_labs(arguments.num_envs, arguments.attempts, demos, arguments.seed + 1)
    z_success = z_of_proportions((our_successes, successes), (len(our_steps), attempts))
    z_steps = z_of_means(our_steps, steps)
    result = {
        "ours": {"attempts": len(our_steps), "successes": our_successes, "mean_steps": sum(our_steps) / len(our_steps)},
        "isaaclab": {"attempts": attempts, "successes": successes, "mean_steps": sum(steps) / max(len(steps), 1)},
        "z_success": round(z_success, 3),
        "z_steps": round(z_steps, 3),
    }
    print(json.dumps(result))
    same = abs(z_success) < LIMIT and abs(z_steps) < LIMIT
    for name in ("ours", "isaaclab"):
        row = result[name]
        rate = row["successes"] / row["attempts"]
        print(
            f"{name:<9} {row['successes']:>5} of {row['attempts']:>5} attempts = {100 * rate:5.2f} %,"
            f" {row['mean_steps']:.2f} steps each",
            file=sys.stderr,
        )
    verdict = "no difference" if same else "they differ"
    print(f"z of success {z_success:+.2f}, z of steps {z_steps:+.2f}: {verdict} at 1 %", file=sys.stderr)
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
