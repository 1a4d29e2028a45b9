# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Give a registered Isaac Lab Mimic environment the batched contract."""

from typing import Any

from ..errors import TaskError
from .batched import BatchedEnv

_REQUIRED = (
    "get_robot_eef_pose",
    "target_eef_pose_to_action",
    "action_to_target_eef_pose",
    "actions_to_gripper_actions",
    "get_object_poses",
)


def adapt(env: Any, success_term: Any, info: dict) -> BatchedEnv:
    """Return the batched form of an environment; one that calls its own methods in a loop if there is no other.

    Raises:
        TaskError: The environment lacks methods that Mimic needs; says which.
    """
    from isaaclab_mimic.envs.franka_stack_ik_abs_mimic_env import FrankaCubeStackIKAbsMimicEnv
    from isaaclab_mimic.envs.franka_stack_ik_rel_mimic_env import FrankaCubeStackIKRelMimicEnv
    from isaaclab_mimic.envs.locomanipulation_g1_mimic_env import LocomanipulationG1MimicEnv
    from isaaclab_mimic.envs.pickplace_gr1t2_mimic_env import PickPlaceGR1T2MimicEnv

    from .franka import FrankaAbsEnv, FrankaRelEnv
    from .humanoid import G1Env, GR1T2Env
    from .per_env import LoopedEnv
    from .two_franka import TwoFrankaMimicEnv, TwoFrankaRelEnv

    if lacking := _lacking(type(env)):
        raise TaskError(
            f"the environment's class {type(env).__name__} does not implement {', '.join(lacking)}",
            where=info["task"],
            remedy="Only Mimic environments can be generated in; the ready-made ones: mimic tasks",
        )
    batched: dict[type, type[BatchedEnv]] = {
        FrankaCubeStackIKRelMimicEnv: FrankaRelEnv,
        FrankaCubeStackIKAbsMimicEnv: FrankaAbsEnv,
        PickPlaceGR1T2MimicEnv: GR1T2Env,
        LocomanipulationG1MimicEnv: G1Env,
        TwoFrankaMimicEnv: TwoFrankaRelEnv,
    }
    # Exactly these: other robots' environments derive from them and mean other frames by the same methods.
    return batched.get(type(env), LoopedEnv)(env, success_term, info)


def _lacking(env_class: type) -> list[str]:
    """Return which required methods a class does not have, or only has from the base class, where they do nothing."""
    from isaaclab.envs import ManagerBasedRLMimicEnv

    # The one that the base class does implement.
    empty = {name: getattr(ManagerBasedRLMimicEnv, name) for name in _REQUIRED if name != "get_object_poses"}
    return [name for name in _REQUIRED if getattr(env_class, name, None) in (None, empty.get(name))]
