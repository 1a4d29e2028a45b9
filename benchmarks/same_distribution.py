# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Whether `--mode upstream` generates as Isaac Lab's generator does: how many of many attempts succeed.

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
from dataclasses import asdict, dataclass

import torch
from kinematic import KinematicStackEnv, run_attempts, scripted_demonstrations
from kinematic.upstream import UpstreamStackEnv, run_upstream

from isaaclab_mimic_core.datagen.config import read_config
from isaaclab_mimic_core.datagen.generator import Generator
from isaaclab_mimic_core.datagen.settings import Settings
from isaaclab_mimic_core.datagen.sources.bank import make_bank
from isaaclab_mimic_core.datagen.sources.source_demo import SourceDemo
from isaaclab_mimic_core.outcomes import AttemptOutcome

LIMIT = 2.58


@dataclass(frozen=True)
class Sample:
    """What came of many attempts."""

    attempts: int
    successes: int
    first_stacks: int
    """Attempts that ended with cube 2 on cube 1."""
    mean_steps: float


def ours(num_envs: int, attempts: int, demos: list[SourceDemo], seed: int) -> Sample:
    env = KinematicStackEnv(num_envs)
    config = read_config(env, Settings.of("upstream"), seed)
    generator = Generator(env, config, make_bank(demos, env, config.subtasks))
    first_stacks = 0

    def note(ended: list[AttemptOutcome]) -> None:
        nonlocal first_stacks
        first_stacks += sum(bool(env.world.rests()[outcome.env, 0]) for outcome in ended)

    outcomes = run_attempts(env, generator, attempts, seed, after_step=note)
    successes = sum(outcome.success for outcome in outcomes)
    return Sample(attempts, successes, first_stacks, sum(outcome.steps for outcome in outcomes) / attempts)


def isaac_labs(num_envs: int, attempts: int, demos: list[SourceDemo], seed: int) -> Sample:
    env = UpstreamStackEnv(num_envs, seed=seed)
    run = run_upstream(env, demos, attempts, seed)
    # All that have ended count, also beyond the number asked for.
    assert run.attempts == len(env.attempt_steps)
    return Sample(run.attempts, run.successes, sum(env.first_stack), sum(env.attempt_steps) / run.attempts)


def z_of_proportions(successes: tuple[int, int], attempts: tuple[int, int]) -> float:
    """Two-proportion test with pooled variance."""
    pooled = sum(successes) / sum(attempts)
    deviation = math.sqrt(pooled * (1 - pooled) * sum(1 / count for count in attempts))
    gap = successes[0] / attempts[0] - successes[1] / attempts[1]
    return gap / deviation if deviation else 0.0


def main() -> int:
    parser = argparse.ArgumentParser(description="Whether --mode upstream generates as Isaac Lab's generator does.")
    parser.add_argument("--attempts", type=int, default=2048)
    parser.add_argument("--num-envs", type=int, default=64)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    demos = scripted_demonstrations()
    # Other initial states for each, so that the two samples are independent.
    a = ours(arguments.num_envs, arguments.attempts, demos, arguments.seed)
    b = isaac_labs(arguments.num_envs, arguments.attempts, demos, arguments.seed + 1)
    attempts = a.attempts, b.attempts
    z = {
        "z_success": z_of_proportions((a.successes, b.successes), attempts),
        "z_first_stack": z_of_proportions((a.first_stacks, b.first_stacks), attempts),
    }
    print(json.dumps({"ours": asdict(a), "isaaclab": asdict(b), **z}))
    for name, sample in (("ours", a), ("isaaclab", b)):
        print(
            f"{name:<9} {sample.successes:>5} of {sample.attempts:>5} attempts succeed"
            f" ({100 * sample.successes / sample.attempts:.2f} %), {sample.first_stacks:>5} stack the first cube,"
            f" {sample.mean_steps:.2f} steps each",
            file=sys.stderr,
        )
    same = all(abs(value) < LIMIT for value in z.values())
    verdict = "no difference" if same else "a difference"
    print(", ".join(f"{name} {value:+.2f}" for name, value in z.items()) + f": {verdict} at 1 %", file=sys.stderr)
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
