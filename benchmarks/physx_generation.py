# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Generation on real physics: Isaac Lab's generator and ours, one after the other on the same task and demonstrations.

    python benchmarks/physx_generation.py --num-envs 64 --num-attempts 128

Each side runs in a process of its own, recording into a file, until the given number of attempts have ended. Attempts
that still run then do not count. Prints one JSON line per side, then a table. `cpu`: processor time of all threads of
the process.
"""

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import tyro

SAMPLE = Path(__file__).parents[1] / "data" / "franka_stack" / "demos.hdf5"
Side = Literal["isaaclab", "isaaclab-fitted", "upstream", "default"]
SIDES: tuple[Side, ...] = ("isaaclab", "isaaclab-fitted", "upstream", "default")
"""Isaac Lab's own generator; the same with as many physics threads as ours, where it takes eight; ours under its rules;
ours."""


@dataclass(frozen=True)
class Options:
    """What to compare."""

    num_envs: int = 64
    """Environments side by side."""
    num_attempts: int = 128
    """Attempts that have to end."""
    device: str = "cpu"
    """cpu or cuda:<index>."""
    seed: int = 1
    """Seed of all sides."""
    sides: tuple[Side, ...] = SIDES
    """Which to run."""
    annotated: str = ""
    """Annotated demonstrations; made from the sample if not given."""
    side: str = ""
    """Used internally: run this side alone."""


def main(options: Options) -> None:
    if options.side:
        print("RESULT " + json.dumps(_run_side(options)), flush=True)
        return
    with tempfile.TemporaryDirectory() as folder:
        annotated = options.annotated or annotate_sample(Path(folder) / "annotated.hdf5")
        results = []
        for side in options.sides:
            results.append(_measure(options, side, annotated))
            print(json.dumps(results[-1]), flush=True)
    keys = ("side", "attempts", "successes", "seconds", "successes_per_s", "ms_per_step", "ms_in_env", "other_share")
    keys += ("cpu_ms_per_success", "cpu_us_per_env_step")
    print("".join(f"{key:>20}" for key in keys))
    for result in results:
        print("".join(f"{result[key]:>20}" for key in keys))


def annotate_sample(path: Path) -> str:
    command = [sys.executable, "-m", "isaaclab_mimic_core", "annotate", "--input", str(SAMPLE), "--output", str(path)]
    subprocess.run([*command, "--assets", "local"], check=True, capture_output=True)
    return str(path)


def _measure(options: Options, side: str, annotated: str) -> dict:
    arguments = ["--num-envs", options.num_envs, "--num-attempts", options.num_attempts, "--device", options.device]
    arguments += ["--seed", options.seed, "--annotated", annotated, "--side", side]
    run = subprocess.run([sys.executable, __file__, *map(str, arguments)], capture_output=True, text=True)
    for line in run.stdout.splitlines():
        if line.startswith("RESULT "):
            return json.loads(line.removeprefix("RESULT "))
    sys.exit(f"{side} failed:\n{run.stderr[-2000:]}")


def _run_side(options: Options) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        run = _run_isaaclab if options.side.startswith("isaaclab") else _run_ours
        counts = run(options, Path(folder))
    seconds, steps = counts["seconds"], counts["steps"]
    return {
        "side": options.side,
        "num_envs": options.num_envs,
        "device": options.device,
        "attempts": counts["attempts"],
        "successes": counts["successes"],
        "seconds": round(seconds, 1),
        "successes_per_s": round(counts["successes"] / seconds, 3),
        "cpu_ms_per_success": round(counts["cpu"] / counts["successes"] * 1e3, 1),
        "cpu_us_per_env_step": round(counts["cpu"] / steps / options.num_envs * 1e6),
        "steps": steps,
        "ms_per_step": round(seconds / steps * 1e3, 2),
        "ms_in_env": round(counts["in_env"] / steps * 1e3, 2),
        "other_share": round(1 - counts["in_env"] / seconds, 3),
        **counts.get("more", {}),
    }


class _Stopwatch:
    """Adds up the time spent in a function."""

    def __init__(self, function: Any):
        self.seconds, self.calls, self._function = 0.0, 0, function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        start = time.perf_counter()
        try:
            return self._function(*args, **kwargs)
        finally:
            self.seconds += time.perf_counter() - start
            self.calls += 1


def _run_ours(options: Options, folder: Path) -> dict:
    from isaaclab_mimic_core.events import AttemptFinished, StageFinished
    from isaaclab_mimic_core.options import GenerateOptions
    from isaaclab_mimic_core.stages.generation.generate import Generate
    from isaaclab_mimic_core.tasks import DEFAULT_TASK
    from isaaclab_mimic_core.tasks.open_env import open_env

    settings = GenerateOptions(
        input=options.annotated,
        output=str(folder / "generated.hdf5"),
        num_envs=options.num_envs,
        num_demos=10**6,
        mode=options.side,
        seed=options.seed,
    )
    with open_env(DEFAULT_TASK, options.num_envs, device=options.device, assets="local", seed=options.seed) as env:
        env.step = step = _Stopwatch(env.step)
        env.reset = reset = _Stopwatch(env.reset)
        env.restore = restore = _Stopwatch(env.restore)
        finished: list[AttemptFinished] = []
        with Generate(settings, env) as stage:
            while not finished and step.calls == 0:
                stage.step()
            start, cpu, step.calls = time.perf_counter(), time.process_time(), 0
            step.seconds = reset.seconds = restore.seconds = 0.0
            while len(finished) < options.num_attempts:
                finished += [event for event in stage.step() if isinstance(event, AttemptFinished)]
            simulated = step.calls
            # Steps of attempts that ended, including steps that retries took back.
            spent = simulated * options.num_envs - int(stage._generator.attempts.ticks.sum())
            stage.request("stop")
            summary = next(event.summary for event in stage if isinstance(event, StageFinished))
            seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    good = [event for event in finished if event.success]
    length = sum(event.steps for event in good) / len(good)
    return {
        "attempts": len(finished),
        "successes": len(good),
        "seconds": seconds,
        "cpu": cpu,
        "steps": simulated,
        "in_env": step.seconds + reset.seconds + restore.seconds,
        "more": {
            "mean_length": round(length, 1),
            "steps_per_demo": round(spent / len(good), 1),
            "steps_per_demo_over_length": round(spent / len(good) / length, 3),
            "retries": summary["retries"],
        },
    }


def _run_isaaclab(options: Options, folder: Path) -> dict:
    import asyncio
    import io

    import torch
    from isaaclab.envs.mdp.recorders.recorders_cfg import ActionStateRecorderManagerCfg
    from isaaclab.managers import DatasetExportMode
    from isaaclab_mimic.datagen import generation
    from isaaclab_tasks.contrib.stack.stack_env_cfg import StackEventCfg

    from isaaclab_mimic_core.sim.repairs.physics_threads import fitting_threads
    from isaaclab_mimic_core.tasks import DEFAULT_TASK
    from isaaclab_mimic_core.tasks.open_env import open_env

    def as_upstream(cfg: Any) -> None:
        cfg.events = StackEventCfg()
        cfg.recorders = ActionStateRecorderManagerCfg()
        cfg.recorders.dataset_export_dir_path = str(folder)
        cfg.recorders.dataset_filename = "generated"
        cfg.recorders.dataset_export_mode = DatasetExportMode.EXPORT_SUCCEEDED_ONLY
        cfg.datagen_config.generation_num_trials = options.num_attempts
        cfg.datagen_config.generation_guarantee = False

    torch.manual_seed(options.seed)
    with (
        fitting_threads(options.num_envs) if options.side == "isaaclab-fitted" else contextlib.nullcontext(),
        open_env(
            DEFAULT_TASK,
            options.num_envs,
            device=options.device,
            assets="local",
            seed=options.seed,
            as_shipped=True,  # its own action terms and threads belong to its side
            configure=as_upstream,
        ) as batched,
    ):
        env = batched.env
        with torch.inference_mode():
            env.reset()
        env.step = step = _Stopwatch(env.step)
        env.reset = reset = _Stopwatch(env.reset)
        asyncio.set_event_loop(asyncio.new_event_loop())
        with contextlib.redirect_stdout(io.StringIO()):
            parts = generation.setup_async_generation(env, options.num_envs, options.annotated, batched._success_term)
            start, cpu = time.perf_counter(), time.process_time()
            generation.env_loop(
                env, parts["reset_queue"], parts["action_queue"], parts["info_pool"], parts["event_loop"]
            )
            seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        return {
            "attempts": generation.num_attempts,
            "successes": generation.num_success,
            "seconds": seconds,
            "cpu": cpu,
            "steps": step.calls,
            "in_env": step.seconds + reset.seconds,
        }


if __name__ == "__main__":
    main(tyro.cli(Options))
