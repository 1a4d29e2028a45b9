# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Opens the stack with several perturbations at once and says what came of them; a process of its own.

    python perturbed.py

Prints a line of JSON: masses, sizes, heights, friction, gains and the spread of start positions.
"""

import json
import sys

import torch

from isaaclab_mimic_core import randomness
from isaaclab_mimic_core.learning.perturb import VARIANTS
from isaaclab_mimic_core.tasks import DEFAULT_TASK
from isaaclab_mimic_core.tasks.open_env import open_env

CHOSEN = ("start poses x 1.25", "objects 5 % larger", "mass x 2", "friction 0.3", "actuator gains x 0.8")


def configure(cfg) -> None:
    for variant in VARIANTS:
        if variant.name in CHOSEN:
            variant.configure(cfg)


def main() -> None:
    with open_env(DEFAULT_TASK, 16, device="cpu", assets="local", configure=configure) as env:
        env.reset(torch.arange(16), randomness.streams(1, "evaluation", torch.arange(16)))
        cube, robot = env.env.scene["cube_2"], env.env.scene["robot"]
        mass = cube.data.body_mass.torch if hasattr(cube.data, "body_mass") else cube.data.default_mass
        position = env.object_pose()[:, :, :2, 3]
        said = {
            "mass": float(torch.as_tensor(mass).flatten()[0]),
            "size": list(cube.cfg.spawn.size),
            "heights": env.object_pose()[:, :, 2, 3].unique().tolist(),
            "friction": cube.cfg.spawn.physics_material.static_friction,
            "stiffness": float(robot.data.joint_stiffness.torch[0, 0]),
            "span": (position.amax(dim=(0, 1)) - position.amin(dim=(0, 1))).tolist(),
        }
    print(json.dumps(said), file=sys.stderr)


if __name__ == "__main__":
    main()
