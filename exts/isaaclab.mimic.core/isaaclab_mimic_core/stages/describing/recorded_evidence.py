# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Read what recorded demonstrations show: from their states, and in the scene where these put the end effectors.

Files hold the joints' positions, but neither their names nor, in most environments, the poses of the end effectors. So
the recorded states are shown in the scene, without physics.
"""

from typing import TYPE_CHECKING, Any

import torch

from ...datasets import Episode
from ...errors import TaskError
from ...robots.derived.fingers import read_fingers
from ...tasks.proposing import Evidence
from ...tasks.proposing.evidence import from_arrays
from ..replay.recorded import RecordedStates, states_of

if TYPE_CHECKING:
    from ...envs import BatchedEnv


def read_hands(env: "BatchedEnv") -> dict[str, Any]:
    """Return the grippers (`Fingers`) of an environment's end effectors.

    Raises:
        TaskError: One cannot be read from the environment's actions.
    """
    fingers = read_fingers(env.env, env.eef_names, env.info["task"])
    if unknown := [eef for eef, hand in fingers.items() if not hand.joints]:
        raise TaskError(
            f"whether the gripper of {', '.join(unknown)} is open cannot be read from the environment's actions",
            where=env.info["task"],
            remedy="Write the subtasks by hand: docs/own-task.md",
        )
    return fingers


@torch.inference_mode()
def read_evidence(episode: Episode, env: "BatchedEnv", fingers: dict[str, Any], sizes: dict) -> Evidence:
    """Return what a demonstration of T actions shows before each of them.

    Args:
        episode: The demonstration, with its states.
        env: Its environments; they are left in recorded states.
        fingers: Result of `read_hands`.
        sizes: Result of `boxes`.
    """
    count = episode.num_samples
    shown = RecordedStates(episode, env)
    poses: list[torch.Tensor] = []
    for first in range(0, count, env.num_envs):
        rows = torch.arange(first, first + env.num_envs, device=env.device).clamp(max=count - 1)
        shown.show(rows)
        poses.append(env.eef_pose().clone())
    eef_pose = torch.cat(poses)[:count].cpu()
    states = {path: torch.as_tensor(values[:count]).float() for path, values in states_of(episode, env).items()}
    scene = env.env.scene
    facts = from_arrays(
        {name: states[f"rigid_object/{name}/root_pose"] for name in env.object_names},
        {eef: eef_pose[:, index] for index, eef in enumerate(env.eef_names)},
        {name: states[f"articulation/{name}/joint_position"] for name in scene.articulations},
        fingers,
        env.step_dt,
        {name: list(robot.joint_names) for name, robot in scene.articulations.items()},
    )
    return Evidence(episode.name, facts, env.eef_names, env.object_names, env.step_dt, sizes)
