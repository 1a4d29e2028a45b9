# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Choose the inverse kinematics of a task that Isaac Lab solves with Pink."""

from typing import Any

from ...errors import OptionError
from .chain import chain_of

IK = ("auto", "dls", "pink")
"""Names of the choices."""


def use_ik(cfg: Any, choice: str, as_shipped: bool = False) -> str:
    """Replace the Pink action terms of a task's configuration by ours, if that is chosen.

    Args:
        cfg: Configuration of a task.
        choice: `pink`; `dls`: damped least squares for all environments at once; `auto`: that where it can be.
        as_shipped: Whether `auto` means Isaac Lab's own, Pink.

    Returns:
        What is used: `pink`, `dls`, or an empty text if the task has no such term.

    Raises:
        OptionError: The choice is unknown, or the task does not have it.
    """
    from isaaclab.envs.mdp.actions.pink_actions_cfg import PinkInverseKinematicsActionCfg

    if choice not in IK:
        raise OptionError(f"{choice!r} is not one of {', '.join(IK)}", where="--ik")
    terms: list[Any] = [term for term in vars(cfg.actions).values() if isinstance(term, PinkInverseKinematicsActionCfg)]
    if not terms:
        if choice != "auto":
            raise OptionError("the task has no action that Pink solves", where=f"--ik {choice}", remedy="Leave --ik.")
        return ""
    if choice == "pink" or (choice == "auto" and as_shipped):
        return "pink"
    if fault := next(filter(None, (_fault(cfg, term) for term in terms)), ""):
        if choice == "auto":
            return "pink"
        raise OptionError(fault, where="--ik dls", remedy="Use --ik pink, or --assets local.")
    from .action import WholeArmIK

    for term in terms:
        term.class_type = WholeArmIK
    return "dls"


def _fault(cfg: Any, term: Any) -> str:
    """Return why our term does not do what a Pink term asks for; empty if it does."""
    from isaaclab.controllers.pink_ik import (
        DampingTaskCfg,
        FrameTaskCfg,
        LocalFrameTaskCfg,
        NullSpacePostureTaskCfg,
    )

    controller = term.controller
    robot = getattr(cfg.scene, controller.articulation_name)
    weightless = getattr(robot.spawn.rigid_props, "disable_gravity", False)
    known = (FrameTaskCfg, LocalFrameTaskCfg, DampingTaskCfg, NullSpacePostureTaskCfg)
    if controller.urdf_path is None:
        return "the robot has no URDF"
    if controller.fixed_input_tasks or any(type(task) not in known for task in controller.variable_input_tasks):
        return "the task asks for other things than poses, damping and a posture"
    bases = [
        task.base_link_frame_name for task in controller.variable_input_tasks if isinstance(task, LocalFrameTaskCfg)
    ]
    if any(base != controller.base_link_name for base in bases):
        return f"a pose is told from another link than {controller.base_link_name}"
    if term.enable_gravity_compensation and not weightless:
        return "the robot has gravity"
    try:
        chain_of(controller)
    except (ValueError, OSError, RuntimeError) as error:
        return f"the robot's URDF cannot be used: {' '.join(str(error).split())}"
    return ""
