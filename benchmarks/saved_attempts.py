# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""How many attempts are saved from few source demonstrations, or with objects of another size than in them.

    python benchmarks/saved_attempts.py --sources 1 2 5 10
    python benchmarks/saved_attempts.py --object-scale 1.2

In one simulation every row makes the attempts 0, 1, 2, ... of the same seed, so it starts from the same scenes. Each is
made with retries, as `mimic generate` does, and without: retries hide how often a subtask fails. With another size both
sides are measured, with and without `--fit-sizes`; `drop` is how far the second cube falls when it is let go of, and
`off` how far it then lies from the middle of the first one, each the mean of the demonstrations saved.
"""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tyro
from ideas import run
from physx_generation import annotate_sample

from isaaclab_mimic_core.datasets import DatasetReader
from isaaclab_mimic_core.datasets.edit import select
from isaaclab_mimic_core.datasets.layout import ACTIONS, STATES
from isaaclab_mimic_core.options import GenerateOptions
from isaaclab_mimic_core.tasks import DEFAULT_TASK
from isaaclab_mimic_core.tasks.open_env import open_env


@dataclass(frozen=True)
class Options:
    """What to measure."""

    num_envs: int = 64
    """Environments side by side."""
    num_attempts: int = 256
    """Attempts that have to end."""
    sources: tuple[int, ...] = (10,)
    """Numbers of source demonstrations; the first ones of the file."""
    object_scale: str = ""
    """Factors on the sizes of objects, as of mimic generate."""
    device: str = "cpu"
    """cpu or cuda:<index>."""
    seed: int = 1
    """Seed of all rows."""
    annotated: str = ""
    """Annotated demonstrations; made from the sample if not given."""


def main(options: Options) -> None:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        annotated = options.annotated or annotate_sample(Path(folder) / "annotated.hdf5")
        task, scale = DEFAULT_TASK, options.object_scale
        with open_env(
            task, options.num_envs, device=options.device, assets="local", seed=options.seed, object_scale=scale
        ) as env:
            for count in options.sources:
                chosen = str(Path(folder) / f"sources_{count}.hdf5")
                select(annotated, [f"demo_{index}" for index in range(count)], chosen)
                for fit in (True, False) if scale else (True,):
                    for retries in (3, 0):
                        settings = GenerateOptions(
                            input=chosen,
                            output=str(Path(folder) / f"{len(rows)}.hdf5"),
                            num_envs=options.num_envs,
                            num_demos=10**6,
                            patience=0,
                            seed=options.seed,
                            fit_sizes=fit,
                            max_retries=retries,
                        )
                        row = {"sources": count, "fit_sizes": fit, "max_retries": retries}
                        rows.append(row | run(settings, env, options.num_attempts) | put_down(settings.output))
                        print(json.dumps(rows[-1]), flush=True)
    print(
        f"{'sources':>8}{'fit sizes':>11}{'retries':>9}{'saved':>14}{'steps/demo':>12}{'drop [mm]':>11}{'off [mm]':>10}"
    )
    for row in rows:
        saved = f"{row['saved']} of {row['ended']}"
        fit = "on" if row["fit_sizes"] else "off"
        print(f"{row['sources']:>8}{fit:>11}{row['max_retries']:>9}{saved:>14}{row['steps_per_demo']:>12.1f}", end="")
        print(f"{row['drop_mm']:>11.2f}{row['off_mm']:>10.2f}")


def put_down(path: str) -> dict[str, float]:
    """Return how the second cube is put on the first one, as means over a file's demonstrations [mm]."""
    drops, offs = [], []
    with DatasetReader(path) as reader:
        for name in reader.episode_names:
            data = reader.read(name, (ACTIONS, STATES)).data
            lower, upper = (data[f"{STATES}/rigid_object/cube_{number}/root_pose"] for number in (1, 2))
            closes = data[ACTIONS][:, -1] < 0
            taken = int(closes.argmax())
            let_go = taken + int((~closes[taken:]).argmax())
            drops.append(upper[let_go, 2] - upper[-1, 2])
            offs.append(np.linalg.norm(upper[-1, :2] - lower[-1, :2]))
    return {"drop_mm": 1000 * float(np.mean(drops)), "off_mm": 1000 * float(np.mean(offs))}


if __name__ == "__main__":
    main(tyro.cli(Options))
