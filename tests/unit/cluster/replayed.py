# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A share of `replay` on the kinematic stack task: `replayed:start`."""

from typing import Any

import torch
from kinematic import KinematicStackEnv

from isaaclab_mimic_core.stages.replay.share import Share, ShareOptions


def start(**options: Any) -> Share:
    """Build the share, as a worker process gets it."""
    torch.set_num_threads(1)
    given = ShareOptions(**options)
    return Share(given, KinematicStackEnv(given.num_envs))
