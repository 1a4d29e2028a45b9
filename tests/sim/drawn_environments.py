# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Whether each environment's wrist camera sees anything new after some steps, as JSON; a process of its own."""

import json

import torch

from isaaclab_mimic_core.tasks.open_env import open_env


def main() -> None:
    task = "Isaac-Stack-Cube-Franka-IK-Rel-Visuomotor-Mimic-v0"
    with open_env(task, 3, device="cpu", physics="ovphysx", assets="local") as env, torch.inference_mode():
        everyone = torch.arange(3)
        env.reset(everyone, everyone)

        def changes() -> list[bool]:
            action = torch.zeros(3, env.action_dim)
            action[:, 0] = 1.0
            before = env.observations()["wrist_cam"].clone()
            for _ in range(10):
                env.step(action)
            return (env.observations()["wrist_cam"] != before).flatten(1).any(dim=1).tolist()

        found = {"all": changes()}
        second = torch.tensor([1])
        env.stop_drawing(second)
        found["without the second"] = changes()
        env.reset(second, second)
        found["after its reset"] = changes()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
