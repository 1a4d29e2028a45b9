# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Give a registered Isaac Lab Mimic environment the batched contract."""

from typing import Any

from ..errors import TaskError
from .batched import BatchedEnv


def adapt(env: Any, success_term: Any, info: dict) -> BatchedEnv:
    """Return the batched form of an environment.

    Raises:
        TaskError: There is no batched form of this kind of environment.
    """
    from isaaclab_mimic.envs.franka_stack_ik_abs_mimic_env import FrankaCubeStackIKAbsMimicEnv
    from isaaclab_mimic.envs.franka_stack_ik_rel_mimic_env import FrankaCubeStackIKRelMimicEnv

    from .franka import FrankaAbsEnv, FrankaRelEnv

    # Exactly these: other robots' environments derive from them and mean other frames by the same methods.
    if type(env) is FrankaCubeStackIKRelMimicEnv:
        return FrankaRelEnv(env, success_term, info)
    if type(env) is FrankaCubeStackIKAbsMimicEnv:
        return FrankaAbsEnv(env, success_term, info)
    raise TaskError(
        f"environments of class {type(env).__name__} cannot be generated in yet",
        where=info["task"],
        remedy="Runnable tasks: mimic tasks",
    )
