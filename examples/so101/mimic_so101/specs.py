# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The task, as Isaac Lab Mimic finds it."""

from isaaclab_mimic_core.plugins import TaskSpec

ENVIRONMENT = "SO101-PickPlace-v0"

TASK = TaskSpec(
    "SO101-PickPlace",
    "SO-101 puts a cube on a pad",
    register="mimic_so101.specs:register",
    environment=ENVIRONMENT,
    descriptor="mimic_so101:pick_place.yaml",
)


def register() -> None:
    """Enter the environment in gymnasium's registry."""
    import gymnasium

    if ENVIRONMENT not in gymnasium.registry:
        gymnasium.register(
            id=ENVIRONMENT,
            entry_point="isaaclab.envs:ManagerBasedRLEnv",
            kwargs={"env_cfg_entry_point": "mimic_so101.environment:PickPlaceEnvCfg"},
            disable_env_checker=True,
        )
