# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The effect of each idea of the default mode on real physics: alone, and all others without it.

    python benchmarks/ideas.py --num-envs 64 --num-attempts 256

In one simulation every combination makes the attempts 0, 1, 2, ... of the same seed, so it starts from the same scenes.
Environment steps are counted, including those of retries, not seconds. Without early stop the generator still notes
when it would have stopped: such attempts that succeed are its false stops.
"""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import tyro
from physx_generation import annotate_sample

from isaaclab_mimic_core.events import AttemptFinished, StageFinished
from isaaclab_mimic_core.options import GenerateOptions
from isaaclab_mimic_core.stages.generation.generate import Generate
from isaaclab_mimic_core.tasks import DEFAULT_TASK
from isaaclab_mimic_core.tasks.open_env import open_env

OFF = {
    "early_stop": False,
    "max_retries": 0,
    "learn_sources": False,
    "per_subtask_selection": False,
    "correct_grasp": False,
    "fade_noise": False,
    "keep_clear": False,
}
ON = {
    "early_stop": True,
    "max_retries": 3,
    "learn_sources": True,
    "per_subtask_selection": True,
    "correct_grasp": True,
    "fade_noise": True,
    "keep_clear": True,
}
COMBINATIONS = {
    "none": OFF,
    **{f"{name} alone": OFF | {name: value} for name, value in ON.items()},
    "early_stop and max_retries": OFF | {"early_stop": True, "max_retries": 3},
    "all": ON,
    **{f"all but {name}": ON | {name: value} for name, value in OFF.items()},
}


@dataclass(frozen=True)
class Options:
    """What to compare."""

    num_envs: int = 64
    """Environments side by side."""
    num_attempts: int = 256
    """Attempts that have to end."""
    device: str = "cpu"
    """cpu or cuda:<index>."""
    seed: int = 1
    """Seed of all combinations."""
    annotated: str = ""
    """Annotated demonstrations; made from the sample if not given."""
    only: tuple[str, ...] = ()
    """Names of the combinations to run; all by default."""


def main(options: Options) -> None:
    with tempfile.TemporaryDirectory() as folder:
        annotated = options.annotated or annotate_sample(Path(folder) / "annotated.hdf5")
        task = DEFAULT_TASK
        with open_env(task, options.num_envs, device=options.device, assets="local", seed=options.seed) as env:
            rows = []
            for name, switches in COMBINATIONS.items():
                if options.only and name not in options.only:
                    continue
                settings = GenerateOptions(
                    input=annotated,
                    output=str(Path(folder) / f"{len(rows)}.hdf5"),
                    num_envs=options.num_envs,
                    num_demos=10**6,
                    seed=options.seed,
                    **switches,
                )
                rows.append({"combination": name, **run(settings, env, options.num_attempts)})
                print(json.dumps(rows[-1]), flush=True)
    print(f"{'combination':<32}{'saved':>16}{'steps/demo':>12}{'over length':>13}{'evenness':>10}{'false':>12}")
    for row in rows:
        false = f"{row['false_stops']} of {row['would_stop']}" if row["would_stop"] is not None else ""
        saved = f"{row['saved']} of {row['ended']}"
        numbers = f"{row['steps_per_demo']:>12.1f}{row['steps_over_length']:>13.3f}{row['evenness']:>10.2f}"
        print(f"{row['combination']:<32}{saved:>16}{numbers}{false:>12}")


def run(settings: GenerateOptions, env, num_attempts: int) -> dict:
    """Make attempts until so many have ended; what is running then counts for neither side."""
    finished: list[AttemptFinished] = []
    with Generate(settings, env) as stage:
        while len(finished) < num_attempts:
            finished += [event for event in stage.step() if isinstance(event, AttemptFinished)]
        steps = stage.snapshot()["steps"] * env.num_envs - int(stage._generator.attempts.ticks.sum())
        stage.request("stop")
        summary = next(event.summary for event in stage if isinstance(event, StageFinished))
    good = [event for event in finished if event.success]
    length = sum(event.steps for event in good) / max(len(good), 1)
    would_stop = summary.get("would_stop")
    return {
        "ended": len(finished),
        "saved": len(good),
        "steps_per_demo": steps / max(len(good), 1),
        "steps_over_length": steps / max(len(good), 1) / max(length, 1),
        "length": length,
        "evenness": min(summary["source_evenness"].values()),
        "would_stop": would_stop["attempts"] if would_stop else None,
        "false_stops": would_stop["succeeded"] if would_stop else None,
        "retries": summary["retries"],
    }


if __name__ == "__main__":
    main(tyro.cli(Options))
