# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Find the terms of a task that a fused one can stand in for."""

from types import SimpleNamespace
from typing import Any


def use_fused_actions(cfg: Any) -> list[str]:
    """Let fused terms act in a task's configuration wherever they do exactly what the configured ones do.

    Args:
        cfg: A `ManagerBasedRLEnvCfg` for PhysX without Kit.

    Returns:
        Names of the terms that were replaced; others stay as they are.
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


def use_fused_success(env: Any, term: Any) -> Any:
    """Return a success term that says what a given one says, sooner if it can be."""
    # Late, for a check of the platform imports this package where torch may be missing.
    from .stacked import CubesStacked

    return SimpleNamespace(func=CubesStacked(env, term.params), params={}) if CubesStacked.serves(env, term) else term


def _class(term: Any) -> Any:
    """Return the class that a term is configured to have; derived classes may do anything, so they are left alone."""
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
