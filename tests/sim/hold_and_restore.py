# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Opens a task, holds the arm where it is, moves it at random, and restores where it began; prints what it found.

python hold_and_restore.py TASK
"""

import json
import sys

import torch

from isaaclab_mimic_core import randomness
from isaaclab_mimic_core.tasks.open_env import open_env
from isaaclab_mimic_core.terminal.streams import take_streams


def main(task: str) -> None:
    streams = take_streams("test", json_lines=True, verbose=False)
    with open_env(task, 2, device="cpu", assets="local") as env, torch.inference_mode():
        everyone = torch.arange(env.num_envs)
        env.reset(everyone, randomness.streams(1, "reset", everyone))
        state = {path: values.clone() for path, values in env.state().items()}
        hold = env.eef_pose().clone()
        gripper = torch.ones(env.num_envs, 1, env.gripper_dim)
        for _ in range(20):
            env.step(env.target_to_action(hold, gripper))
        drift = float((env.eef_pose() - hold)[..., :3, 3].norm(dim=-1).max())
        moved = hold.clone()
        moved[..., :3, 3] += 0.05
        for _ in range(20):
            env.step(env.target_to_action(moved, gripper))
        env.restore(state, everyone)
        apart = max(float((values - state[path]).abs().max()) for path, values in env.state().items())
        found = {
            "env": type(env.env).__name__,
            "action_dim": env.action_dim,
            "drift_m": drift,
            "restored": apart,
        }
    print(json.dumps(found), file=streams.out)


if __name__ == "__main__":
    main(sys.argv[1])
