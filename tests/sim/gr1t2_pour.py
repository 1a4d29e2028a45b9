# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Let the script lift the beaker with the nut in it: `gr1t2_pour.py STEPS`. Last line: JSON.

A program of its own, for one simulation can live in a process at a time.
"""

import json
import sys

import torch

from isaaclab_mimic_core import randomness
from isaaclab_mimic_core.tasks.gr1t2_nut_pour.script import ScriptedPourer
from isaaclab_mimic_core.tasks.open_env import open_env

TASK = "Isaac-NutPour-GR1T2-Pink-IK-Abs-Mimic-v0"

with open_env(TASK, 1, device="cpu", assets="local") as env:
    everyone = torch.arange(env.num_envs)
    env.reset(everyone, randomness.streams(1, "reset", everyone))
    script = ScriptedPourer(env, seed=1)
    script.begin(everyone, everyone)
    names = ("sorting_beaker", "factory_nut", "sorting_bowl", "sorting_scale", "black_sorting_bin")
    chosen = [env.object_names.index(name) for name in names]
    start = env.object_pose()[0, chosen, :3, 3].clone()
    for _ in range(int(sys.argv[1])):
        env.step(script.action())
    pose = env.object_pose()[0, chosen]
    moved = pose[:, :3, 3] - start
    result = {
        "actions": env.action_dim,
        "raised": dict(zip(names, moved[:, 2].tolist(), strict=True)),
        "upright": float(pose[0, 2, 2]),
        "nut_beside_axis": float((pose[1, :2, 3] - pose[0, :2, 3]).norm()),
        "signals": {name: bool(values[0]) for name, values in env.term_signals().items()},
        "success": bool(env.success()[0]),
        "observed": sorted(env.observation_shapes() or {}),
    }
print(json.dumps(result))
