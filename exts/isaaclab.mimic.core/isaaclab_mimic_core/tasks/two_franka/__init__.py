# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Two Franka Pandas face each other across a table: one task in turns, and one with both arms together."""

LIFT_BOX = "Mimic-Lift-Box-Two-Franka-v0"
CLEAR_AND_PLACE = "Mimic-Clear-And-Place-Two-Franka-v0"

_CONFIGS = {
    LIFT_BOX: f"{__name__}.lift_box:LiftBoxEnvCfg",
    CLEAR_AND_PLACE: f"{__name__}.clear_and_place:ClearAndPlaceEnvCfg",
}


def register() -> None:
    """Register the tasks with gymnasium; may be called again."""
    import gymnasium

    for task_id, config in _CONFIGS.items():
        if task_id not in gymnasium.registry:
            gymnasium.register(
                id=task_id,
                entry_point="isaaclab_mimic_core.robots.two_franka.batched:TwoFrankaMimicEnv",
                kwargs={"env_cfg_entry_point": config},
                disable_env_checker=True,
            )
