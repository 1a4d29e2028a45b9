# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Demonstrations of the kinematic stack, and shares of `replay` and `annotate` that play them.

The shares are `replayed:start` and `replayed:start_annotation`.
"""

from pathlib import Path
from typing import Any

import torch
from kinematic import KinematicStackEnv, scripted_demonstrations
from kinematic.share import kinematic_env

from isaaclab_mimic_core import randomness
from isaaclab_mimic_core.datasets import DatasetWriter, Episode
from isaaclab_mimic_core.stages.annotation import share as annotation
from isaaclab_mimic_core.stages.replay.share import Share, ShareOptions
from isaaclab_mimic_core.tasks import DEFAULT_TASK

DEMOS = 7
SHORT = (2, 4)
"""Demonstrations that end before the cubes are stacked."""
BROKEN = 3
"""One whose states do not follow from its actions, which end too early."""
NUM_ENVS, PLACES = 2, (1, 1, 0, 1, 0, 0, 1)
"""Environments in which they are said to have been generated, and which of them each demonstration was made in."""
STRAYS = 5
"""One in whose states a cube is elsewhere."""


def write_recorded(path: Path) -> None:
    """Write demonstrations of different lengths, with their states."""
    env, everyone = KinematicStackEnv(DEMOS), torch.arange(DEMOS)
    env.reset(everyone, randomness.streams(7, "demonstration", everyone))
    first = {name: value.clone() for name, value in env.state().items()}
    actions = torch.stack([torch.as_tensor(demo.actions) for demo in scripted_demonstrations()[:DEMOS]], dim=1)
    states = []
    for action in actions:
        env.step(action)
        states.append({name: value.clone() for name, value in env.state().items()})
    with DatasetWriter(path, {"env_name": DEFAULT_TASK}) as writer:
        for demo in range(DEMOS):
            steps = len(actions) - 70 if demo in SHORT else len(actions) - demo
            data = {"actions": actions[:steps, demo].numpy().copy()}
            data["actions"][120:] *= demo != BROKEN
            for name in first:
                data[f"initial_state/{name}"] = first[name][demo : demo + 1].float().numpy()
                data[f"states/{name}"] = torch.stack([state[name][demo] for state in states[:steps]]).float().numpy()
            data["states/rigid_object/cube_1/root_pose"][5:, 0] += 0.1 * (demo == STRAYS)
            made = {"generated": {"env": PLACES[demo], "num_envs": NUM_ENVS}}
            writer.add(Episode(data, {"success": True, "mimic": made}))


def start(**options: Any) -> Share:
    """Build the share of a replay, as a worker process gets it."""
    torch.set_num_threads(1)
    given = ShareOptions(**options)
    return Share(given, KinematicStackEnv(given.num_envs))


def start_annotation(**options: Any) -> annotation.Share:
    """Build the share of an annotation, as a worker process gets it."""
    torch.set_num_threads(1)
    given = annotation.ShareOptions(**options)
    return annotation.Share(given, kinematic_env(given))
