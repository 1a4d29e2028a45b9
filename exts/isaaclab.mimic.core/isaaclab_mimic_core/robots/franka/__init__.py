# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The Franka Panda.

Under absolute IK the poses are those that the action term moves. Upstream's class takes the observed pose, of a point
between the fingertips, for that of the hand, 103.4 mm away, so that its first interpolation starts 10 cm off. Target
poses and actions are the same as upstream's.
"""

from ...plugins import RobotSpec

_UPSTREAM = "isaaclab_mimic.envs"
_ROBOTS = __name__.rpartition(".")[0]

ROBOT = RobotSpec(
    "franka",
    "Franka Panda",
    batched={
        f"{_UPSTREAM}.franka_stack_ik_rel_mimic_env:FrankaCubeStackIKRelMimicEnv": f"{__name__}.batched:FrankaRelEnv",
        f"{_UPSTREAM}.franka_stack_ik_abs_mimic_env:FrankaCubeStackIKAbsMimicEnv": (
            f"{_ROBOTS}.derived.batched:DerivedEnv"
        ),
    },
    local_assets=f"{__name__}.local:use_local_assets",
)
