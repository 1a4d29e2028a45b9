# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Time of the generator with a robot that is derived from its action terms, and with the same one written by hand.

    python benchmarks/derived_robot_cost.py --num-envs 64

Both sides are in the same environments on PhysX, in the same steps: each has a generator of its own with the same
sources. In every step both decide on an action and look at what came of it, first one and then the other in turns; one
of the actions is made. So they do equal work, and whatever else the machine does meets both. Times are those of the
processor for `Generator.action` and `Generator.observe`, without the environments' own steps and resets.
"""

import json
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
import tyro
from physx_generation import annotate_sample

from isaaclab_mimic_core import randomness
from isaaclab_mimic_core.datagen.config import read_config
from isaaclab_mimic_core.datagen.generator import Generator
from isaaclab_mimic_core.datagen.settings import Settings
from isaaclab_mimic_core.datagen.sources.bank import make_bank
from isaaclab_mimic_core.envs import BatchedEnv
from isaaclab_mimic_core.robots.derived.batched import DerivedEnv
from isaaclab_mimic_core.stages.generation.sources import as_sources, read_annotated
from isaaclab_mimic_core.tasks import DEFAULT_TASK
from isaaclab_mimic_core.tasks.open_env import open_env

WARM_UP = 30
"""Steps before the clock starts: the first calls of a torch function are slow."""


@dataclass(frozen=True)
class Options:
    """What to measure."""

    num_envs: int = 64
    """Environments side by side."""
    steps: int = 600
    """Steps that are measured."""
    device: str = "cpu"
    """cpu or cuda:<index>."""
    annotated: str = ""
    """Annotated demonstrations; made from the sample if not given."""


@dataclass
class Side:
    """One generator and the processor time that it has taken."""

    name: str
    generator: Generator
    spent: float = 0.0
    """[s]"""
    action: torch.Tensor = field(default_factory=lambda: torch.zeros(0))

    def decide(self) -> None:
        began = time.process_time()
        self.action = self.generator.action()
        self.spent += time.process_time() - began

    def look(self) -> list[int]:
        """Return the environments whose attempts have ended."""
        began = time.process_time()
        ended = self.generator.observe()
        self.spent += time.process_time() - began
        return [outcome.env for outcome in ended]


def make_side(name: str, env: BatchedEnv, annotated: str) -> Side:
    # Without retries nobody puts the environments back, which the two sides share.
    config = read_config(env, replace(Settings(), early_stop=False, max_retries=0), 0)
    demos = as_sources(read_annotated(annotated, DEFAULT_TASK), config.subtasks, annotated, {})
    return Side(name, Generator(env, config, make_bank(demos, env, config.subtasks)))


@torch.inference_mode()
def measure(env: BatchedEnv, annotated: str, steps: int) -> dict[str, float]:
    """Return the time of each side [ms a step]."""
    derived = DerivedEnv(env.env, env._success_term, env.info)
    sides = [make_side("by hand", env, annotated), make_side("derived", derived, annotated)]
    idle, begun = list(range(env.num_envs)), 0
    for step in range(-WARM_UP, steps):
        if step == 0:
            for side in sides:
                side.spent = 0.0
        if idle:
            rows = torch.tensor(idle, device=env.device)
            numbers = torch.arange(begun, begun + len(idle), device=env.device)
            begun += len(idle)
            env.reset(rows, randomness.streams(0, "reset", numbers))
            for side in sides:
                side.generator.begin(rows, numbers)
        order = sides if step % 2 else sides[::-1]
        for side in order:
            side.decide()
        env.step(sides[0].action)
        ended = {side.name: side.look() for side in order}
        # The other one's attempts end with those of the first.
        idle = ended["by hand"]
        early = sorted(set(ended["derived"]) - set(idle))
        sides[1].generator.release(torch.tensor(early, dtype=torch.long, device=env.device))
    return {side.name: 1000.0 * side.spent / steps for side in sides}


def main(options: Options) -> None:
    with TemporaryDirectory() as folder:
        annotated = options.annotated or annotate_sample(Path(folder) / "annotated.hdf5")
        with open_env(DEFAULT_TASK, options.num_envs, device=options.device, assets="local") as env:
            times = measure(env, annotated, options.steps)
    ratio = times["derived"] / times["by hand"]
    row = {"num_envs": options.num_envs, "steps": options.steps, "ms": times, "derived / by hand": ratio}
    print(json.dumps(row))


if __name__ == "__main__":
    main(tyro.cli(Options))
