# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Rollouts of one policy: all at once, compared with one at a time.

    python benchmarks/policy_evaluation.py outputs/run/best.pth --num-rollouts 50

With `--profile N` it says instead where the time of N steps goes, with `--num-rollouts` environments; for policies that
see images too:

    python benchmarks/policy_evaluation.py outputs/seen/best.pth --profile 60 --num-rollouts 16 \\
        --task Isaac-Stack-Cube-Franka-IK-Rel-Visuomotor-Mimic-v0

"One at a time" is robomimic's `RolloutPolicy` in one environment, as in Isaac Lab's play script. It makes `--serial`
rollouts from the same initial states, and its time is scaled to all rollouts.
"""

import argparse
import contextlib
import io
import time
from collections.abc import Callable

import torch

from isaaclab_mimic_core import randomness
from isaaclab_mimic_core.learning.fit import fit_cameras
from isaaclab_mimic_core.learning.intervals import wilson
from isaaclab_mimic_core.learning.robomimic.policy import load_policy
from isaaclab_mimic_core.learning.rollouts import Rollouts
from isaaclab_mimic_core.tasks.open_env import open_env

TASK = "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0"


def serial(path: str, numbers: range, seed: int, horizon: int, hold: int) -> tuple[int, float]:
    """Roll out one after another; return successes and seconds."""
    from robomimic.utils.file_utils import policy_from_checkpoint

    policy, _ = policy_from_checkpoint(ckpt_path=path)
    keys = sorted(policy.policy.global_config.all_obs_keys)
    successes = 0
    with open_env(TASK, 1, device="cpu", assets="local") as env, torch.inference_mode():
        began = time.perf_counter()
        for number in numbers:
            env.reset(torch.zeros(1, dtype=torch.long), randomness.streams(seed, "evaluation", torch.tensor([number])))
            policy.start_episode()
            held = 0
            for _ in range(horizon):
                seen = env.observations()
                action = policy(ob={key: seen[key][0].numpy().copy() for key in keys})
                env.step(torch.as_tensor(action).unsqueeze(0))
                held = held + 1 if bool(env.success()) else 0
                if held >= hold:
                    break
            successes += held > 0
        return successes, time.perf_counter() - began


def parallel(path: str, count: int, seed: int, horizon: int, hold: int) -> tuple[int, float]:
    """Roll out all at once; return successes and seconds."""
    with open_env(TASK, count, device="cpu", assets="local") as env:
        policy = load_policy(path, "cpu")
        began = time.perf_counter()
        rollouts = Rollouts(env, policy, range(count), seed, horizon, hold)
        ended = []
        while not rollouts.done:
            ended += rollouts.step()
        return sum(rollout.success for rollout in ended), time.perf_counter() - began


def profile(path: str, task: str, count: int, steps: int, seed: int) -> dict[str, float]:
    """Roll out some steps; return milliseconds of a step by what they were spent on."""
    from isaaclab_mimic_core.sim.rendering.rasterizer import Rasterizer

    policy = load_policy(path, "cpu")
    spent: dict[str, float] = {}

    def timed(name: str, function: Callable) -> Callable:
        def call(*arguments, **named):
            began = time.perf_counter()
            try:
                return function(*arguments, **named)
            finally:
                spent[name] = spent.get(name, 0.0) + time.perf_counter() - began

        return call

    with open_env(
        task, count, device="cpu", assets="local", configure=lambda cfg: fit_cameras([policy.spec], cfg)
    ) as env:
        rollouts = Rollouts(env, policy, range(count), seed, 2 * steps, 2 * steps)
        encoder = policy._model.nets["policy"].nets["encoder"]
        encoder.forward = timed("policy: encoders", encoder.forward)
        policy.act = timed("policy", policy.act)
        env.step = timed("environment", env.step)
        Rasterizer.draw = timed("environment: cameras", Rasterizer.draw)
        # What comes first compiles.
        for step in range(steps + 5):
            if step == 5:
                spent.clear()
                began = time.perf_counter()
            rollouts.step()
        spent["in all"] = time.perf_counter() - began
    return {name: 1e3 * seconds / steps for name, seconds in spent.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint")
    parser.add_argument("--num-rollouts", type=int, default=50)
    parser.add_argument("--serial", type=int, default=50, help="rollouts made one at a time")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--horizon", type=int, default=500)
    parser.add_argument("--hold", type=int, default=20)
    parser.add_argument("--profile", type=int, default=0, help="steps to look into; 0: compare")
    parser.add_argument("--task", default=TASK, help="of the profile")
    a = parser.parse_args()
    if a.profile:
        with contextlib.redirect_stdout(io.StringIO()):
            parts = profile(a.checkpoint, a.task, a.num_rollouts, a.profile, a.seed)
        for name, milliseconds in sorted(parts.items()):
            print(f"{name:22} {milliseconds:8.2f} ms a step")
        return
    with contextlib.redirect_stdout(io.StringIO()):
        many, many_s = parallel(a.checkpoint, a.num_rollouts, a.seed, a.horizon, a.hold)
        one, one_s = serial(a.checkpoint, range(a.serial), a.seed, a.horizon, a.hold)
    one_all = one_s * a.num_rollouts / a.serial
    for name, count, total, seconds in (
        ("all at once", many, a.num_rollouts, many_s),
        ("one at a time", one, a.serial, one_all),
    ):
        low, high = wilson(count, total)
        print(f"{name:14} {count} of {total} ({low:.0%} to {high:.0%}), {seconds:.1f} s for {a.num_rollouts}")
    print(f"{one_all / many_s:.1f} times as fast")


if __name__ == "__main__":
    main()
