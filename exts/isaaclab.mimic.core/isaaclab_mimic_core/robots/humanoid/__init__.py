# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Humanoids with two dexterous hands: Fourier's GR1T2 and Unitree's G1."""

from ...plugins import RobotSpec

_UPSTREAM = "isaaclab_mimic.envs"

GR1T2 = RobotSpec(
    "gr1t2",
    "Fourier GR1T2",
    batched={f"{_UPSTREAM}.pickplace_gr1t2_mimic_env:PickPlaceGR1T2MimicEnv": f"{__name__}.batched:GR1T2Env"},
)
G1 = RobotSpec(
    "g1",
    "Unitree G1",
    batched={f"{_UPSTREAM}.locomanipulation_g1_mimic_env:LocomanipulationG1MimicEnv": f"{__name__}.batched:G1Env"},
)
