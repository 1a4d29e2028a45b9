# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Replace NVIDIA's G1 asset by one converted from a URDF, and upstream's walking policy by another one.

What differs from upstream's robot, and why, is in docs/humanoids.md.
"""

from typing import Any

from ...errors import TaskError
from .policy import WalkingPolicy, policy_file
from .usd import BASE, g1_kinematics, g1_usd

_BALANCING = ("_hip_", "_knee_", "_ankle_", "waist_")

_HEIGHT = 0.785
"""Of the pelvis in upstream's initial pose, when the soles of this robot are on the ground [m]."""


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

    robot = cfg.scene.robot
    x, y, _ = robot.init_state.pos
    robot.init_state.pos = (x, y, _HEIGHT)
    spawn = robot.spawn
    spawn.usd_path = str(g1_usd())
    spawn.activate_contact_sensors = False
    spawn.articulation_props = [
        PhysxArticulationCfg(
            enabled_self_collisions=False, solver_position_iteration_count=16, solver_velocity_iteration_count=4
        )
    ]
    for term in vars(cfg.actions).values():
        if isinstance(term, PinkInverseKinematicsActionCfg):
            _solve_with_own_urdf(term)
        elif isinstance(term, AgileBasedLowerBodyActionCfg):
            _walk(robot, term)


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


def _walk(robot: Any, term: Any) -> None:
    """Let the robot walk with the local policy, and drive legs and waist as the policy was trained."""
    from isaaclab.actuators import ImplicitActuatorCfg

    from .walking import WalkingAction

    term.class_type = WalkingAction
    term.policy_path = str(policy_file())
    policy = WalkingPolicy(policy_file(), 1, 1.0, "cpu")
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
