# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The task of `still_env`, by name. Nothing of Isaac Lab is imported before an environment is asked for."""

ID = "Mimic-Still-v0"


def add_to_tasks() -> None:
    """Have the task found by its name."""
    from isaaclab_mimic_core.plugins import TaskSpec, register_task

    register_task(TaskSpec(ID, "Nothing moves", register=f"{__name__}:register"))


def register() -> None:
    """Enter it in gymnasium's registry."""
    import gymnasium

    if ID not in gymnasium.registry:
        gymnasium.register(
            ID,
            entry_point="still_env:StillEnv",
            kwargs={"env_cfg_entry_point": "still_env:StillCfg"},
            disable_env_checker=True,
        )
