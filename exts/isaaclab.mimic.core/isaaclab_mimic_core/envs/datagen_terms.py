# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The terms of `obs/datagen_info` that generation needs, read from a running environment under upstream's names.

As in upstream, each row is taken before a step.
"""

import torch

from ..datagen.contract import MimicEnv

PREFIX = "obs/datagen_info"


def datagen_terms(env: MimicEnv, action: torch.Tensor) -> dict[str, torch.Tensor]:
    """Return poses, targets and signals by path.

    Args:
        env: The environments.
        action: (num_envs, action_dim) action of the step that follows.

    Returns:
        `eef_pose/<eef>`, `target_eef_pose/<eef>` and `object_pose/<object>` as (num_envs, 4, 4) [m, environment frame],
        `subtask_term_signals/<name>` as (num_envs,) bool, all below `obs/datagen_info`.
    """
    eef, target, objects = env.eef_pose(), env.action_to_target(action), env.object_pose()
    terms = {}
    for index, name in enumerate(env.eef_names):
        terms[f"{PREFIX}/eef_pose/{name}"] = eef[:, index]
        terms[f"{PREFIX}/target_eef_pose/{name}"] = target[:, index]
    for index, name in enumerate(env.object_names):
        terms[f"{PREFIX}/object_pose/{name}"] = objects[:, index]
    for name, signal in env.term_signals().items():
        terms[f"{PREFIX}/subtask_term_signals/{name}"] = signal
    return terms
