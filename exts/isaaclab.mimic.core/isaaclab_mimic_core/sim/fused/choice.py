# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Replace terms of a task by fused ones that compute the same."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv, ManagerBasedRLEnvCfg


def use_fused_actions(cfg: "ManagerBasedRLEnvCfg") -> list[str]:
    """Replace the action terms of a task's configuration for which there is an equivalent fused term.

    Args:
        cfg: A `ManagerBasedRLEnvCfg` for PhysX without Kit.

    Returns:
        Names of the terms that were replaced.
    """
    from isaaclab.envs.mdp.actions.binary_joint_actions import BinaryJointPositionAction
    from isaaclab.envs.mdp.actions.task_space_actions import DifferentialInverseKinematicsAction

    from .differential_ik import FusedDifferentialIK
    from .gripper import FusedBinaryGripper

    replaced = []
    for name, term in vars(cfg.actions).items():
        stock = _class(term)
        if stock is DifferentialInverseKinematicsAction and _solves(term.controller):
            term.class_type = FusedDifferentialIK
        elif stock is BinaryJointPositionAction:
            term.class_type = FusedBinaryGripper
        else:
            continue
        replaced.append(name)
    return replaced


def use_fused_success(env: "ManagerBasedRLEnv", term: Any) -> Any:
    """Return a faster success term with the same results, or the given one if there is none."""
    # Imported here, because checks of the platform import this package where torch may be missing.
    from .stacked import CubesStacked

    return SimpleNamespace(func=CubesStacked(env, term.params), params={}) if CubesStacked.serves(env, term) else term


def _class(term: Any) -> Any:
    """Return the class of a configured term; a derived class may override anything, so only exact matches count."""
    from isaaclab.utils.string import string_to_callable

    kind = getattr(term, "class_type", None)
    return string_to_callable(kind) if isinstance(kind, str) else kind


def _solves(controller: Any) -> bool:
    """Return whether the kernel computes what a `DifferentialIKControllerCfg` asks for."""
    return (
        controller.command_type == "pose"
        and controller.ik_method == "dls"
        and controller.orientation_weight is None
        and controller.joint_limit_avoidance_gain == 0.0
    )
