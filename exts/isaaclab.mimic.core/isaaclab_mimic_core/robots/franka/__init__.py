# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The Franka Panda."""

from ...plugins import RobotSpec

_UPSTREAM = "isaaclab_mimic.envs"

ROBOT = RobotSpec(
    "franka",
    "Franka Panda",
    batched={
        f"{_UPSTREAM}.franka_stack_ik_rel_mimic_env:FrankaCubeStackIKRelMimicEnv": f"{__name__}.batched:FrankaRelEnv",
        f"{_UPSTREAM}.franka_stack_ik_abs_mimic_env:FrankaCubeStackIKAbsMimicEnv": f"{__name__}.batched:FrankaAbsEnv",
    },
    local_assets=f"{__name__}.local:use_local_assets",
)
