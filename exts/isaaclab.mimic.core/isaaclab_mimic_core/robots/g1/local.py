# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Replace NVIDIA's G1 asset by one converted from a URDF, and upstream's walking policy by another one.

What differs from upstream's robot, and why, is in docs/humanoids.md.
"""

from pathlib import Path
from typing import Any

from ...errors import TaskError
from .policy import WalkingPolicy, policy_file
from .usd import BASE, g1_kinematics, g1_usd

_BALANCING = ("_hip_", "_knee_", "_ankle_", "waist_")

_HIGHER = 0.035
"""How much higher than NVIDIA's G1 this one's pelvis is, when the soles of both are on the ground [m]."""

_ITERATIONS = 16
"""Least number of the solver's iterations for positions."""


def use_local_assets(cfg: Any, engine: str) -> None:
    """Replace the robot's asset, and its walking policy if it walks, in the configuration of a task with a G1.

    Args:
        cfg: Configuration of the task; the robot is `scene.robot`.
        engine: Physics engine: `ovphysx`, `isaacsim` or `newton`.

    Raises:
        TaskError: The engine is Newton.
        PlatformError: The robot cannot be built on this machine, or the policy is not installed.
    """
    if engine == "newton":
        raise TaskError("the local G1 is built for PhysX", where="--physics newton", remedy="Use ovphysx or auto.")
    from isaaclab.envs.mdp.actions.pink_actions_cfg import PinkInverseKinematicsActionCfg
    from isaaclab_physx.sim.schemas import PhysxArticulationCfg
    from isaaclab_tasks.contrib.locomanip_pick_place.configs.action_cfg import AgileBasedLowerBodyActionCfg

    terms = vars(cfg.actions).values()
    walking = [term for term in terms if isinstance(term, AgileBasedLowerBodyActionCfg)]
    # Before the description is fetched and converted.
    policy = policy_file() if walking else Path()
    robot = cfg.scene.robot
    x, y, z = robot.init_state.pos
    robot.init_state.pos = (x, y, z + _HIGHER)
    spawn = robot.spawn
    spawn.usd_path = str(g1_usd())
    given = spawn.articulation_props
    for props in given if isinstance(given, list) else [given]:
        if isinstance(props, PhysxArticulationCfg):
            # Fingers that hold.
            least = props.solver_position_iteration_count or 0
            props.solver_position_iteration_count = max(least, _ITERATIONS)
    for term in terms:
        if isinstance(term, PinkInverseKinematicsActionCfg):
            _solve_with_own_urdf(term)
    for term in walking:
        _walk(robot, term, policy)
        # Upstream's policy sees it, and nobody else.
        setattr(cfg.observations, term.obs_group_name, None)


def _solve_with_own_urdf(term: Any) -> None:
    """Let inverse kinematics know the robot by its own URDF, whose frames have no robot's name in front."""
    controller = term.controller
    controller.usd_path = None
    controller.urdf_path = str(g1_kinematics())
    prefix = controller.variable_input_tasks[0].base_link_frame_name.removesuffix(BASE)
    for task in controller.variable_input_tasks:
        for field in ("frame", "base_link_frame_name"):
            if hasattr(task, field):
                setattr(task, field, getattr(task, field).removeprefix(prefix))
        if hasattr(task, "controlled_frames"):
            task.controlled_frames = [frame.removeprefix(prefix) for frame in task.controlled_frames]
    # The walking policy moves the waist.
    term.pink_controlled_joint_names = [name for name in term.pink_controlled_joint_names if "waist" not in name]
    # The drives hold the arms' weight: 3000 N m / rad.
    term.enable_gravity_compensation = False


def _walk(robot: Any, term: Any, file: Path) -> None:
    """Let the robot walk with the local policy, and drive legs and waist as the policy was trained."""
    from isaaclab.actuators import ImplicitActuatorCfg

    from .walking import WalkingAction

    term.class_type = WalkingAction
    term.policy_path = str(file)
    policy = WalkingPolicy(file, 1, "cpu")
    gains = {name: each for name, each in policy.gains.items() if any(part in name for part in _BALANCING)}
    others = {name: each for name, each in robot.actuators.items() if name not in ("legs", "feet", "waist")}
    robot.actuators = others | {
        "legs": ImplicitActuatorCfg(
            joint_names_expr=list(gains),
            stiffness={name: each.stiffness for name, each in gains.items()},
            damping={name: each.damping for name, each in gains.items()},
            armature={name: each.armature for name, each in gains.items()},
        )
    }
