# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Record, annotate and generate a task of two arms: `two_franka_chain.py TASK FOLDER`. Last line: JSON.

A program of its own, for one simulation can live in a process at a time.
"""

import json
import sys

import torch

from isaaclab_mimic_core import randomness
from isaaclab_mimic_core.events import StageFinished
from isaaclab_mimic_core.options import AnnotateOptions, GenerateOptions, RecordOptions
from isaaclab_mimic_core.stages.annotation.automatic import Annotate
from isaaclab_mimic_core.stages.generation.generate import Generate
from isaaclab_mimic_core.stages.recording.record import Record
from isaaclab_mimic_core.tasks.open_env import open_env

task, folder = sys.argv[1:]
demos, annotated, generated = (f"{folder}/{name}.hdf5" for name in ("demos", "annotated", "generated"))


def check_resets(env) -> dict:
    """Look at initial states: is the pose of the hands up to date, and are states those of their keys?"""
    everyone = torch.arange(env.num_envs, device=env.device)
    keys = randomness.streams(0, "reset", everyone)
    env.reset(everyone, keys)
    states = {path: values.clone() for path, values in env.state().items()}
    pose = env.eef_pose().clone()
    env.step(env.target_to_action(pose, torch.ones(env.num_envs, 2, 1)))
    moved = (env.eef_pose() - pose).abs().max()
    env.reset(everyone, keys.flip(0))
    again = max(float((states[path] - values.flip(0)).abs().max()) for path, values in env.state().items())
    left, right = (states[f"articulation/robot_{side}/joint_position"] for side in ("left", "right"))
    return {"moved": float(moved), "again": again, "arms_differ": float((left - right).abs().amax(dim=1).min())}


with open_env(task, 4, device="cpu", assets="local") as env:
    result: dict = {"resets": check_resets(env)}
    common = {"task": task, "num_envs": 4}
    for name, make in {
        "record": lambda: Record(RecordOptions(**common, output=demos, teleop_device="scripted", num_demos=2), env),
        "annotate": lambda: Annotate(AnnotateOptions(**common, input=demos, output=annotated), env),
        "generate": lambda: Generate(
            GenerateOptions(**common, input=annotated, output=generated, num_demos=2, max_failures=4), env
        ),
    }.items():
        with make() as stage:
            *_, ending = stage
        assert isinstance(ending, StageFinished)
        result[name] = ending.summary
print(json.dumps(result))
