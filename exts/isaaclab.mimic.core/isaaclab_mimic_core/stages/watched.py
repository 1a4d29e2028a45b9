# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Where things are in one environment, for whoever looks at it from outside the simulation."""

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from ..envs import BatchedEnv

_FINEST = 4
"""Digits behind the point: a tenth of a millimetre."""


@torch.inference_mode()
def watched_poses(env: "BatchedEnv", index: int) -> dict:
    """Return where the end effectors and objects of an environment are, in its own frame, as plain data.

    Returns:
        `env`; `eefs` and `objects`: name -> (4, 4) pose, row by row [m].
    """
    hands, objects = env.eef_pose()[index], env.object_pose()[index]
    numbers = torch.cat([hands, objects]).to("cpu", torch.float64)
    rows = [[[round(value, _FINEST) for value in row] for row in pose] for pose in numbers.tolist()]
    return {
        "env": index,
        "eefs": dict(zip(env.eef_names, rows[: len(hands)], strict=True)),
        "objects": dict(zip(env.object_names, rows[len(hands) :], strict=True)),
    }
