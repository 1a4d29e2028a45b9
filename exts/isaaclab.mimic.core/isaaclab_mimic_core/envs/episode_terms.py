# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The terms that are recorded at each step, under upstream's names.

As in upstream, `actions` and `obs` are taken before a step, `processed_actions` and `states` after it;
`initial_state` is the state before the first step.
"""

import torch

from .batched import BatchedEnv


def initial_terms(env: BatchedEnv) -> dict[str, torch.Tensor]:
    """Return the terms of freshly reset environments, by path."""
    return {f"initial_state/{path}": value for path, value in env.state().items()}


def before_step(env: BatchedEnv, action: torch.Tensor) -> dict[str, torch.Tensor]:
    """Return the terms before a step with `action` (num_envs, action_dim), by path."""
    return {"actions": action, **{f"obs/{name}": value for name, value in env.observations().items()}}


def after_step(env: BatchedEnv, next_obs: bool = False) -> dict[str, torch.Tensor]:
    """Return the terms after a step, by path; with `next_obs` the observations after the step too."""
    terms = {"processed_actions": env.processed_action()}
    terms |= {f"states/{path}": value for path, value in env.state().items()}
    if next_obs:
        terms |= {f"next_obs/{name}": value for name, value in env.observations().items()}
    return terms
