# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""How long an environment step of the humanoid takes with each inverse kinematics, by number of environments.

GR1T2 in upstream's pick-place task while both hands move about. `dls` solves for all environments at once, `pink` is
Isaac Lab's own term, which solves for one after the other. One process for every number of environments and each kind.

    python benchmarks/humanoid_ik.py                     # 1, 8, 32 and 128 environments
    python benchmarks/humanoid_ik.py --num-envs 8

Prints a line of JSON for each on standard output: milliseconds of processor time per step of all environments
together, the median of the whole step and of the action term in it, with its six solutions.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from typing import Any

TASK = "Isaac-PickPlace-GR1T2-Abs-Mimic-v0"
SIZES = (1, 8, 32, 128)
KINDS = ("dls", "pink")
WARM_UP = 10


def measure(num_envs: int, kind: str, steps: int) -> dict:
    """Open environments and time steps in this process."""
    import torch

    from isaaclab_mimic_core import randomness
    from isaaclab_mimic_core.tasks.open_env import open_env

    with open_env(TASK, num_envs, device="cpu", assets="local", ik=kind) as env, torch.inference_mode():
        everyone = torch.arange(num_envs)
        env.reset(everyone, randomness.streams(1, "reset", everyone))
        idle = torch.tensor(env.cfg.idle_action).repeat(num_envs, 1)
        term = env.env.action_manager.get_term("upper_body_ik")
        inside = [timed(term, name) for name in ("process_actions", "apply_actions")]
        whole: list[float] = []
        for step in range(WARM_UP + steps):
            action = idle.clone()
            # Both hands move on circles of 6 cm.
            turn = torch.tensor(step / 10.0)
            action[:, [0, 7]] += 0.06 * turn.sin()
            action[:, [2, 9]] += 0.06 * turn.cos() - 0.06
            began = time.process_time()
            env.step(action)
            whole.append(time.process_time() - began)
    solved = [sum(part) for part in zip(inside[0], chunks(inside[1], len(inside[1]) // len(whole)), strict=True)]
    return {
        "num_envs": num_envs,
        "ik": kind,
        "step_ms": round(1e3 * statistics.median(whole[WARM_UP:]), 2),
        "ik_ms": round(1e3 * statistics.median(solved[WARM_UP:]), 2),
    }


def timed(owner: Any, name: str) -> list[float]:
    """Have the processor time of each call of a method written to the list that is returned."""
    call, times = getattr(owner, name), []

    def wrapped(*args: Any) -> Any:
        began = time.process_time()
        try:
            return call(*args)
        finally:
            times.append(time.process_time() - began)

    setattr(owner, name, wrapped)
    return times


def chunks(times: list[float], size: int) -> list[float]:
    return [sum(times[start : start + size]) for start in range(0, len(times), size)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--num-envs", type=int, nargs="+", default=SIZES)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--one", nargs=2, metavar=("NUM", "KIND"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure(int(given.one[0]), given.one[1], given.steps)))
        return
    for num_envs in given.num_envs:
        for kind in KINDS:
            command = [sys.executable, __file__, "--steps", str(given.steps), "--one", str(num_envs), kind]
            result = subprocess.run(command, capture_output=True, text=True)
            if result.returncode:
                sys.exit(result.stderr[-2000:])
            print(result.stdout.splitlines()[-1], flush=True)


if __name__ == "__main__":
    main()
