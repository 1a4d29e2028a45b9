# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Unitree's G1, and what it has in common with other humanoids with two dexterous hands."""

from ...plugins import RobotSpec

G1 = RobotSpec(
    "g1",
    "Unitree G1",
    batched={
        "isaaclab_mimic.envs.locomanipulation_g1_mimic_env:LocomanipulationG1MimicEnv": f"{__name__}.batched:G1Env"
    },
)
