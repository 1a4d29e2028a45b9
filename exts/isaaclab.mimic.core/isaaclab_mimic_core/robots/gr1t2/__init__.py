# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Fourier's GR1T2 with two dexterous hands."""

from ...plugins import RobotSpec

ROBOT = RobotSpec(
    "gr1t2",
    "Fourier GR1T2",
    batched={
        "isaaclab_mimic.envs.pickplace_gr1t2_mimic_env:PickPlaceGR1T2MimicEnv": (
            f"{__name__.rpartition('.')[0]}.humanoid.batched:GR1T2Env"
        )
    },
    local_assets=f"{__name__}.local:use_local_assets",
)
