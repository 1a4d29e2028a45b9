# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Two Franka Pandas."""

from ...plugins import RobotSpec

ROBOT = RobotSpec(
    "two_franka",
    "Two Franka Pandas",
    batched={f"{__name__}.batched:TwoFrankaMimicEnv": f"{__name__}.batched:TwoFrankaRelEnv"},
    local_assets=f"{__name__}.local:use_local_assets",
)
