# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The robots that have a batched form here, by the class of their environments."""

from ..plugins import RobotSpec, register_robot

_UPSTREAM = "isaaclab_mimic.envs"
_OURS = "isaaclab_mimic_core.envs"

_ROBOTS = (
    RobotSpec(
        "franka",
        "Franka Panda",
        batched={
            f"{_UPSTREAM}.franka_stack_ik_rel_mimic_env:FrankaCubeStackIKRelMimicEnv": f"{_OURS}.franka:FrankaRelEnv",
            f"{_UPSTREAM}.franka_stack_ik_abs_mimic_env:FrankaCubeStackIKAbsMimicEnv": f"{_OURS}.franka:FrankaAbsEnv",
        },
    ),
    RobotSpec(
        "two_franka",
        "Two Franka Pandas",
        batched={f"{_OURS}.two_franka:TwoFrankaMimicEnv": f"{_OURS}.two_franka:TwoFrankaRelEnv"},
    ),
    RobotSpec(
        "gr1t2",
        "Fourier GR1T2",
        batched={f"{_UPSTREAM}.pickplace_gr1t2_mimic_env:PickPlaceGR1T2MimicEnv": f"{_OURS}.humanoid:GR1T2Env"},
    ),
    RobotSpec(
        "g1",
        "Unitree G1",
        batched={f"{_UPSTREAM}.locomanipulation_g1_mimic_env:LocomanipulationG1MimicEnv": f"{_OURS}.humanoid:G1Env"},
    ),
)


def register() -> None:
    """Register them all."""
    for robot in _ROBOTS:
        register_robot(robot)
