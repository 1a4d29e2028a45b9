# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Time of the generator itself per environment step, compared with Isaac Lab's generator in the same run.

The environments are kinematic (see kinematic/) and take hardly any time. The generator's time is that of the whole run
minus that of the environments' own steps, resets and restorations. Calls of the generator to an environment (poses,
actions, success) count as the generator's.

    python benchmarks/generator_cost.py                              # 1 to 1024 environments, Isaac Lab's up to 512
    python benchmarks/generator_cost.py --device cuda --num-envs 1024 4096 --upstream-max 0

One JSON line per row on standard output, a table on standard error. `cpu_ms` is the thread's processor time: what the
wall time would be on a machine that does nothing else.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from kinematic import KinematicStackEnv, scripted_demonstrations
from kinematic.upstream import UpstreamStackEnv, run_upstream
from torch.overrides import TorchFunctionMode

from isaaclab_mimic_core import randomness
from isaaclab_mimic_core.datagen.config import read_config
from isaaclab_mimic_core.datagen.generator import Generator
from isaaclab_mimic_core.datagen.settings import MODES, Settings
from isaaclab_mimic_core.datagen.sources.bank import make_bank
from isaaclab_mimic_core.datagen.sources.source_demo import SourceDemo
from isaaclab_mimic_core.envs.episode_terms import after_step, before_step, initial_terms
from isaaclab_mimic_core.envs.recorder import EpisodeRecorder

SEED = 0
WARM_UP = 30
"""Steps before the clock starts: the first calls of a torch function are slow."""
FRANKA_TERMS = {
    "obs/actions": 7,
    "obs/joint_pos": 9,
    "obs/joint_vel": 9,
    "obs/object": 39,
    "states/articulation/robot/root_pose": 7,
    "states/articulation/robot/root_velocity": 6,
    "states/articulation/robot/joint_position": 9,
    "states/articulation/robot/joint_velocity": 9,
    **{f"states/rigid_object/cube_{i}/root_velocity": 6 for i in (1, 2, 3)},
}
"""What the Franka stack task records beyond what the kinematic one has, recorded as zeros: floats per term."""


class Clock:
    """Adds up wall and processor time of what is run in it."""

    def __init__(self, device: torch.device):
        self._cuda = device.type == "cuda"
        self.wall = self.cpu = 0.0

    def __enter__(self) -> None:
        self._start = self._now()

    def __exit__(self, *_) -> None:
        wall, cpu = self._now()
        self.wall += wall - self._start[0]
        self.cpu += cpu - self._start[1]

    def _now(self) -> tuple[float, float]:
        if self._cuda:
            torch.cuda.synchronize()
        return time.perf_counter(), time.thread_time()


class OperationCount(TorchFunctionMode):
    """Counts calls of torch functions and tensor methods from Python."""

    def __init__(self):
        super().__init__()
        self.count = 0

    def __torch_function__(self, func, types, args=(), kwargs=None):
        self.count += 1
        return func(*args, **(kwargs or {}))


@dataclass
class Run:
    """Our generator in its environments, stepped as `stages.generate` does."""

    env: KinematicStackEnv
    generator: Generator
    recorder: EpisodeRecorder | None

    def __post_init__(self):
        self._started = 0
        n, device = self.env.num_envs, self.env.device
        self._extra = {path: torch.zeros(n, size, device=device) for path, size in FRANKA_TERMS.items()}
        self._begin(torch.arange(n, device=device))

    def step(self) -> None:
        env, recorder = self.env, self.recorder
        action = self.generator.action()
        terms = before_step(env, action) if recorder else {}
        env.step(action)
        if recorder:
            recorder.record({**terms, **after_step(env), **self._extra})
        outcomes = self.generator.observe()
        for env_ids, length in self.generator.take_rewinds():
            if recorder:
                recorder.rewind(env_ids, length)
        if recorder:
            for outcome in outcomes:
                if outcome.success:
                    recorder.take(outcome.env, outcome.steps)
        if outcomes:
            self._begin(torch.tensor([outcome.env for outcome in outcomes], device=env.device))

    def _begin(self, env_ids: torch.Tensor) -> None:
        attempts = torch.arange(self._started, self._started + len(env_ids), device=env_ids.device)
        self._started += len(env_ids)
        self.env.reset(env_ids, randomness.streams(SEED, "reset", attempts))
        if self.recorder:
            self.recorder.begin(env_ids, initial_terms(self.env))
        self.generator.begin(env_ids, attempts)


def make_run(num_envs: int, mode: str, demos: list[SourceDemo], device: str, records: bool) -> Run:
    env = KinematicStackEnv(num_envs, device)
    config = read_config(env, Settings.of(mode), SEED)
    generator = Generator(env, config, make_bank(demos, env, config.subtasks))
    capacity = len(demos[0].actions) * 3 // 2
    return Run(env, generator, EpisodeRecorder(num_envs, env.device, capacity) if records else None)


@torch.inference_mode()
def measure(num_envs: int, mode: str, demos: list[SourceDemo], device: str, steps: int, records: bool) -> dict:
    """Time so many steps of all environments."""
    warm = make_run(num_envs, mode, demos, device, records)
    for _ in range(WARM_UP):
        warm.step()
    del warm

    whole, in_env = Clock(torch.device(device)), Clock(torch.device(device))
    run = make_run(num_envs, mode, demos, device, records)

    def timed(function: Callable) -> Callable:
        def call(*args):
            with in_env:
                return function(*args)

        return call

    for name in ("step", "reset", "restore"):
        setattr(run.env, name, timed(getattr(run.env, name)))
    with whole:
        for _ in range(steps):
            run.step()
    return {
        "generator": f"ours, {mode}" + (", recording" if records else ""),
        "num_envs": num_envs,
        "steps": steps,
        "wall_ms": 1e3 * (whole.wall - in_env.wall) / steps,
        "cpu_ms": 1e3 * (whole.cpu - in_env.cpu) / steps,
        "env_ms": 1e3 * in_env.wall / steps,
    }


@torch.inference_mode()
def operations(num_envs: int, mode: str, demos: list[SourceDemo], device: str) -> tuple[int, int]:
    """Count operations of a step in which no subtask begins, and of one in which all environments begin theirs."""
    run = make_run(num_envs, mode, demos, device, records=False)
    counts = []
    for _ in range(4):
        with OperationCount() as acting:
            action = run.generator.action()
        run.env.step(action)
        with OperationCount() as observing:
            run.generator.observe()
        counts.append(acting.count + observing.count)
    return min(counts), counts[0]


def measure_upstream(num_envs: int, demos: list[SourceDemo], device: str, steps: int) -> dict:
    """Time so many steps of Isaac Lab's generator; it counts attempts, but records nothing."""
    env = UpstreamStackEnv(num_envs, device, SEED, max_steps=steps)
    cpu = time.thread_time()
    run = run_upstream(env, demos, num_attempts=sys.maxsize, seed=SEED)
    cpu = time.thread_time() - cpu
    return {
        "generator": "isaaclab",
        "num_envs": num_envs,
        "steps": run.steps,
        "wall_ms": 1e3 * (run.seconds - run.env_seconds) / run.steps,
        # The environment's share of processor time is taken to be its wall time.
        "cpu_ms": 1e3 * max(cpu - run.env_seconds, 0.0) / run.steps,
        "env_ms": 1e3 * run.env_seconds / run.steps,
    }


def show(rows: list[dict], counts: list[dict]) -> None:
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors", file=sys.stderr)
    columns = ["generator", "num_envs", "steps", "wall_ms", "cpu_ms", "env_ms"]
    print(f"{columns[0]:<26}", *(f"{name:>9}" for name in columns[1:]), "  (per step)", file=sys.stderr)
    for row in sorted(rows, key=lambda row: (row["num_envs"], row["generator"])):
        cells = (f"{row[name]:>9.3f}" if isinstance(row[name], float) else f"{row[name]:>9}" for name in columns[1:])
        print(f"{row['generator']:<26}", *cells, file=sys.stderr)
    print("torch operations per step: mode, environments, where no subtask begins, where all begin", file=sys.stderr)
    for row in counts:
        print(
            f"{row['mode']:<26} {row['num_envs']:>9} {row['operations']:>9} {row['operations_where_all_begin']:>9}",
            file=sys.stderr,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description="What the generator itself costs per environment step.")
    parser.add_argument("--num-envs", type=int, nargs="+", default=[1, 64, 128, 512, 1024])
    parser.add_argument("--device", default="cpu", help="cpu or cuda[:i]")
    parser.add_argument("--steps", type=int, default=500, help="steps of our generator: a little over two attempts")
    parser.add_argument("--upstream-steps", type=int, default=100, help="steps of Isaac Lab's generator")
    parser.add_argument("--upstream-max", type=int, default=512, help="most environments to run Isaac Lab's with")
    parser.add_argument("--threads", type=int, default=1, help="threads of torch")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    demos, device = scripted_demonstrations(), arguments.device

    rows, counts = [], []
    for num_envs in arguments.num_envs:
        for mode in MODES:
            for records in (False, True):
                rows.append(measure(num_envs, mode, demos, device, arguments.steps, records))
                print(json.dumps(rows[-1]), flush=True)
            plain, beginning = operations(num_envs, mode, demos, device)
            counts.append(
                {
                    "mode": mode,
                    "num_envs": num_envs,
                    "operations": plain,
                    "operations_where_all_begin": beginning,
                }
            )
            print(json.dumps(counts[-1]), flush=True)
        if num_envs <= arguments.upstream_max:
            rows.append(measure_upstream(num_envs, demos, device, arguments.upstream_steps))
            print(json.dumps(rows[-1]), flush=True)
    show(rows, counts)


if __name__ == "__main__":
    main()
