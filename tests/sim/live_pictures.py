# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Record demonstrations with what cameras see while they run: `live_pictures.py FILE`; a process of its own."""

import sys

import torch

from isaaclab_mimic_core.datasets import DatasetWriter, Episode
from isaaclab_mimic_core.envs.episode_terms import after_step, before_step, initial_terms
from isaaclab_mimic_core.tasks.open_env import open_env

TASK = "Isaac-Stack-Cube-Franka-IK-Rel-Visuomotor-Mimic-v0"
STEPS = 40


def main() -> None:
    with (
        open_env(TASK, 2, device="cpu", physics="ovphysx", assets="local") as env,
        torch.inference_mode(),
    ):
        everyone = torch.arange(2)
        env.reset(everyone, everyone)
        first = {path: value.clone() for path, value in initial_terms(env).items()}
        rows: dict[str, list[torch.Tensor]] = {}
        generator = torch.Generator().manual_seed(1)
        action = torch.zeros(2, env.action_dim)
        for step in range(STEPS):
            if step % 8 == 0:
                action = torch.rand(2, env.action_dim, generator=generator) - 0.5
            terms = before_step(env, action)
            terms = {path: value.clone() for path, value in terms.items()}
            env.step(action)
            for path, value in {**terms, **after_step(env)}.items():
                rows.setdefault(path, []).append(value.clone())
        with DatasetWriter(sys.argv[1], env.env_args()) as writer:
            for index in range(2):
                data = {path: torch.stack(values)[:, index].numpy() for path, values in rows.items()}
                writer.add(Episode(data | {path: value[index : index + 1].numpy() for path, value in first.items()}))


if __name__ == "__main__":
    main()
