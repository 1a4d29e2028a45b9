# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A worker's share of `generate` on the kinematic stack task: `kinematic.share:start`."""

from typing import Any

import torch

from isaaclab_mimic_core.options.simulation import DemonstrationOptions
from isaaclab_mimic_core.stages.generation.share import Share, ShareOptions
from isaaclab_mimic_core.tasks import DEFAULT_TASK

from .batched_env import KinematicStackEnv


def start(**options: Any) -> Share:
    """Build the share, as a worker process gets it."""
    torch.set_num_threads(1)
    given = ShareOptions(**options)
    return Share(given, kinematic_env(given))


def kinematic_env(options: DemonstrationOptions) -> KinematicStackEnv:
    """Return environments that say the same of themselves as the options, so that a run can be resumed by them."""
    env = KinematicStackEnv(options.num_envs)
    env.info |= {"task": options.task or DEFAULT_TASK, "assets": "local"}
    del env.info["physics"]
    return env
