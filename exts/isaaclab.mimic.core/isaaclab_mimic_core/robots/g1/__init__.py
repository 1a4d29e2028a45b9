# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Unitree's G1 with 29 joints and two Dex3 hands, which walks."""

from ...plugins import RobotSpec

ROBOT = RobotSpec(
    "g1",
    "Unitree G1",
    batched={
        "isaaclab_mimic.envs.locomanipulation_g1_mimic_env:LocomanipulationG1MimicEnv": (
            f"{__name__.rpartition('.')[0]}.humanoid.batched:G1Env"
        )
    },
    local_assets=f"{__name__}.local:use_local_assets",
)
