# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Upstream's Mimic environments without a simulator: their own methods over random observations."""

from types import SimpleNamespace
from typing import Any

import isaaclab.utils.math as math_utils
import torch

NUM_ENVS = 20
OBJECTS = ("mug", "box")
SUCCESS = SimpleNamespace(func=lambda env: torch.zeros(env.num_envs, dtype=torch.bool), params={})
INFO = {"task": "Some-Task"}


def random_quats(*shape: int) -> torch.Tensor:
    return torch.nn.functional.normalize(torch.randn(*shape, 4), dim=-1)


def random_poses(*shape: int) -> torch.Tensor:
    """Return poses anywhere within a metre: (*shape, 4, 4)."""
    return math_utils.make_pose(torch.rand(*shape, 3), math_utils.matrix_from_quat(random_quats(*shape)))


def still_env(kind: type, eef_names: tuple[str, ...], action_dim: int, signals: tuple[str, ...] = ()) -> Any:
    """Return an object of exactly this class, with what its methods and adapters read of an environment.

    Args:
        kind: Upstream's class, or one derived from it.
        eef_names: End effectors in the configuration's order; observed are `eef_pos`, `<eef>_eef_pos` and so on.
        action_dim: Numbers in an action.
        signals: Subtask terms that are observed.
    """
    observations = {}
    for prefix in ("", *(f"{name}_" for name in eef_names)):
        observations[f"{prefix}eef_pos"] = torch.rand(NUM_ENVS, 3)
        observations[f"{prefix}eef_quat"] = random_quats(NUM_ENVS)
    root = {name: torch.cat([torch.rand(NUM_ENVS, 3), random_quats(NUM_ENVS)], -1) for name in (*OBJECTS, "robot")}
    origins = 10 * torch.rand(NUM_ENVS, 3)

    def body(name: str) -> SimpleNamespace:
        in_world = torch.cat([root[name][:, :3] + origins, root[name][:, 3:]], dim=-1)
        return SimpleNamespace(data=SimpleNamespace(root_pose_w=SimpleNamespace(torch=in_world)))

    state = {
        "rigid_object": {name: {"root_pose": root[name]} for name in OBJECTS},
        "articulation": {"robot": {"root_pose": root["robot"]}},
    }
    env = object.__new__(kind)
    env.cfg = SimpleNamespace(
        subtask_configs={name: [] for name in eef_names},
        datagen_config=SimpleNamespace(use_navigation_controller=False),
        sim=SimpleNamespace(dt=0.01),
        decimation=2,
    )
    env.sim = SimpleNamespace(device="cpu", visualizers=[])
    env.scene = SimpleNamespace(
        num_envs=NUM_ENVS,
        rigid_objects={name: body(name) for name in OBJECTS},
        sensors={},
        env_origins=origins,
        get_state=lambda is_relative: state,
    )
    env.action_manager = SimpleNamespace(total_action_dim=action_dim)
    env.obs_buf = {
        "policy": observations,
        "subtask_terms": {name: torch.rand(NUM_ENVS, 1) > 0.5 for name in signals},
    }
    return env
