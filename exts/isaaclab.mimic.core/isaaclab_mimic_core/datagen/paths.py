# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The paths that a running generator follows, for viewers."""

import torch

from .generator import Generator


def remaining_path(generator: Generator, env_id: int, eef: int) -> torch.Tensor:
    """Return what is left of an end effector's trajectory: (steps, 4, 4), environment frame [m]."""
    trajectories = generator.trajectories
    begin, end = int(generator.attempts.cursor[env_id, eef]), int(trajectories.length[env_id, eef])
    return trajectories.poses[env_id, eef, begin:end]


def source_path(generator: Generator, env_id: int, eef: int) -> tuple[str, torch.Tensor]:
    """Return the name of the source that an end effector follows now, and its segment as recorded.

    Returns:
        Name, empty before the subtask has begun; (steps, 4, 4) poses in the source's environment frame [m].
    """
    selector, bank = generator.trajectories.selector, generator.parts.bank
    subtask = int(generator.attempts.subtask[env_id, eef])
    source = int(selector.sources[env_id, eef, subtask])
    if source < 0:
        return "", bank.eef_pose[0, eef, :0]
    begin, end = selector.bounds[env_id, source, eef, subtask].tolist()
    return bank.names[source], bank.eef_pose[source, eef, begin:end]
