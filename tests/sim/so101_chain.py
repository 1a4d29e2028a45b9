# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Record and generate a little with the example of the SO-101: `so101_chain.py FOLDER`. Last line: JSON.

A program of its own, for one simulation can live in a process at a time.
"""

import json
import sys
from copy import copy
from pathlib import Path

import torch

EXAMPLE = Path(__file__).parents[2] / "examples" / "so101"
sys.path.insert(0, str(EXAMPLE))

import mimic_so101  # noqa: E402  registers the task

from isaaclab_mimic_core.options import AnnotateOptions, GenerateOptions, RecordOptions  # noqa: E402
from isaaclab_mimic_core.robots.derived.reach import ArmReach  # noqa: E402
from isaaclab_mimic_core.stages.annotation.automatic import Annotate  # noqa: E402
from isaaclab_mimic_core.stages.generation.generate import Generate  # noqa: E402
from isaaclab_mimic_core.stages.recording.record import Record  # noqa: E402
from isaaclab_mimic_core.tasks.open_env import open_env  # noqa: E402

TASK, NUM_ENVS = mimic_so101.TASK.id, 2
folder = Path(sys.argv[1])
demos, annotated, generated = (str(folder / f"{name}.hdf5") for name in ("demos", "annotated", "generated"))


def run(stage) -> dict:
    with stage:
        events = list(stage)
    return events[-1].summary


with open_env(TASK, NUM_ENVS, device="cpu", assets="local") as env:
    with torch.inference_mode():
        everyone = torch.arange(NUM_ENVS)
        env.reset(everyone, everyone)
        pose = env.eef_pose()
        # Half a radian sideways: the arm cannot lean that way.
        turned = pose.clone()
        turn = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.8776, -0.4794], [0.0, 0.4794, 0.8776]])
        turned[:, 0, :3, :3] = turn @ turned[:, 0, :3, :3]
        near = env.nearest_pose(turned)
        # Its first joint as if another term moved it.
        arm = env._arms[0]
        others = copy(arm.reach._term)
        others._jacobi_joint_ids = others._jacobi_joint_ids[1:]
        result = {
            "adapter": type(env).__name__,
            "limited": env.limited,
            "moved by another": ArmReach(env.env, others, arm.pose, arm.base).is_known,
            "here": float((env.nearest_pose(pose) - pose).abs().max()),
            "off": float((near - turned)[..., :3, 3].norm(dim=-1).max()),
            "turned": float((near - turned)[..., :3, :3].abs().max()),
        }
    shared = {"task": TASK, "num_envs": NUM_ENVS}
    record = RecordOptions(**shared, teleop_device="scripted", num_demos=2, output=demos)
    result["recorded"] = run(Record(record, env=env))["saved"]
    result["annotated"] = run(Annotate(AnnotateOptions(**shared, input=demos, output=annotated), env))["annotated"]
    made = run(Generate(GenerateOptions(**shared, input=annotated, output=generated, num_demos=1, seed=3), env))
    result |= {"saved": made["saved"], "misses": made["misses"]}
print(json.dumps(result))
