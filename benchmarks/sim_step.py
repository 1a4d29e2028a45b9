# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""How long an environment step takes, and recording it, by number of environments.

The three-cube stack while the scripted demonstrator stacks, so that grippers hold cubes. One process for every number
of environments. Timed apart: `step`, all of Isaac Lab's environment step with its five physics substeps; `physics`, the
part of it inside PhysX; `record`, our reading of observations, actions and states and keeping them. `idle`: processor
time of the process while nothing is simulated, in milliseconds a second.

    python benchmarks/sim_step.py                        # 1, 16, 64 and 256 environments
    python benchmarks/sim_step.py --num-envs 64 --physics newton
    python benchmarks/sim_step.py --as-shipped           # and as Isaac Lab has it

Prints a line of JSON for every number of environments on standard output, and a table on standard error. Milliseconds
per step of all environments together: the least, the median and the 90th percentile.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

SIZES = (1, 16, 64, 256)
PARTS = ("step", "physics", "record")
WARM_UP = 20
IDLE_SECONDS = 2.0


def measure(num_envs: int, steps: int, physics: str, device: str, as_shipped: bool) -> dict:
    """Open environments and time steps in this process."""
    import torch

    from isaaclab_mimic_core import randomness
    from isaaclab_mimic_core.envs.episode_terms import after_step, before_step, initial_terms
    from isaaclab_mimic_core.envs.recorder import EpisodeRecorder
    from isaaclab_mimic_core.tasks import DEFAULT_TASK
    from isaaclab_mimic_core.tasks.franka_stack.script import ScriptedStacker
    from isaaclab_mimic_core.tasks.open_env import open_env

    begin = time.perf_counter()
    times: dict[str, list[float]] = {part: [] for part in PARTS}
    with (
        open_env(DEFAULT_TASK, num_envs, physics=physics, device=device, assets="local", as_shipped=as_shipped) as env,
        torch.inference_mode(),
    ):
        opened = time.perf_counter() - begin
        on_gpu = env.device.type == "cuda"

        def clock() -> float:
            if on_gpu:
                torch.cuda.synchronize()
            return time.perf_counter()

        inside = timed(env.env.sim, "step", clock)
        everyone = torch.arange(env.num_envs, device=env.device)
        env.reset(everyone, randomness.streams(1, "reset", everyone))
        recorder = EpisodeRecorder(env.num_envs, env.device, WARM_UP + steps)
        recorder.begin(everyone, initial_terms(env))
        device_ = ScriptedStacker(env, 1)
        device_.begin(everyone, everyone)
        for index in range(WARM_UP + steps):
            action = device_.action()
            inside.clear()
            marks = [clock()]
            terms = before_step(env, action)
            marks.append(clock())
            env.step(action)
            marks.append(clock())
            recorder.record({**terms, **after_step(env)})
            marks.append(clock())
            if index >= WARM_UP:
                times["step"].append(marks[2] - marks[1])
                times["physics"].append(sum(inside))
                times["record"].append(marks[1] - marks[0] + marks[3] - marks[2])
        idle = time.process_time()
        time.sleep(IDLE_SECONDS)
        idle = (time.process_time() - idle) / IDLE_SECONDS
        info = env.info
    result: dict[str, Any] = {"num_envs": num_envs, "as_shipped": as_shipped, "steps": steps}
    result |= {"open_s": round(opened, 1), "idle_ms_per_s": round(1e3 * idle, 1)}
    for part, values in times.items():
        milliseconds = sorted(1e3 * value for value in values)
        result[f"{part}_ms"] = [
            round(value, 2)
            for value in (milliseconds[0], statistics.median(milliseconds), milliseconds[int(0.9 * len(milliseconds))])
        ]
    return {**result, "physics": info["physics"], "device": info["device"]}


def timed(owner: Any, name: str, clock: Callable[[], float]) -> list[float]:
    """Let every call of a method add its duration to the list that is returned."""
    durations: list[float] = []
    method = getattr(owner, name)

    def call(*args: Any, **kwargs: Any) -> Any:
        begin = clock()
        result = method(*args, **kwargs)
        durations.append(clock() - begin)
        return result

    setattr(owner, name, call)
    return durations


def main() -> int:
    parser = argparse.ArgumentParser(description="How long an environment step takes.")
    parser.add_argument("--num-envs", type=int, nargs="+", default=SIZES)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--physics", default="auto")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--as-shipped", action="store_true", help="measure as Isaac Lab has it, too")
    parser.add_argument("--here", action="store_true", help="measure in this process; for one number of environments")
    arguments = parser.parse_args()
    if arguments.here:
        from isaaclab_mimic_core.terminal.streams import take_streams

        streams = take_streams("sim_step", json_lines=False, verbose=False)
        row = measure(arguments.num_envs[0], arguments.steps, arguments.physics, arguments.device, arguments.as_shipped)
        print(json.dumps(row), file=streams.out)
        return 0
    titles = "".join(f"{part + ' ms':>24}" for part in PARTS)
    print(f"{'environments':>12}{'open s':>8}{'idle ms/s':>11}{titles}", file=sys.stderr)
    for num_envs in arguments.num_envs:
        for as_shipped in (False, True) if arguments.as_shipped else (False,):
            command = [sys.executable, __file__, "--here", "--num-envs", str(num_envs), "--steps", str(arguments.steps)]
            command += ["--physics", arguments.physics, "--device", arguments.device]
            command += ["--as-shipped"] if as_shipped else []
            output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
            print(output, end="", flush=True)
            row = json.loads(output)
            cells = [" – ".join(f"{value:.1f}" for value in row[f"{part}_ms"]) for part in PARTS]
            name = f"{num_envs}{' shipped' if as_shipped else ''}"
            steps = "".join(f"{cell:>24}" for cell in cells)
            print(f"{name:>12}{row['open_s']:>8}{row['idle_ms_per_s']:>11}{steps}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
