# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Replace NVIDIA's Franka asset by one converted from the URDF, with gains for it."""

from typing import Any


def use_local_assets(cfg: Any, engine: str) -> None:
    """Replace the robot's asset in the configuration of a task with one Franka.

    Args:
        cfg: Configuration of the task; the robot is `scene.robot`.
        engine: Physics engine: `ovphysx`, `isaacsim` or `newton`.
    """
    use_local_robot(cfg.scene.robot, engine)


def use_local_robot(robot: Any, engine: str) -> None:
    """Replace the asset and the gains in a Franka's configuration.

    Args:
        robot: The `ArticulationCfg`.
        engine: Physics engine: `ovphysx`, `isaacsim` or `newton`.
    """
    from isaaclab.actuators import ImplicitActuatorCfg

    from .usd import franka_usd

    robot.spawn.usd_path = str(franka_usd())
    newton = engine == "newton"
    robot.spawn.variants = {"Physics": "physics"} if newton else None
    # The armature keeps MuJoCo's implicit integrator stable at the task's stiff gains; PhysX needs none.
    armature = 0.1 if newton else None
    arm = robot.actuators["panda_arm"]
    robot.actuators = {
        "panda_arm": ImplicitActuatorCfg(
            joint_names_expr=["panda_joint[1-7]"],
            joint_effort_limit=arm.joint_effort_limit,
            joint_velocity_limit=arm.joint_velocity_limit,
            stiffness=arm.stiffness,
            damping=arm.damping,
            armature=armature,
        ),
        # Drive both fingers, because `usd` removes the URDF's <mimic> element, by which one follows the other.
        "panda_hand": ImplicitActuatorCfg(
            joint_names_expr=["panda_finger_joint.*"],
            joint_effort_limit=20.0 if newton else 200.0,
            stiffness=400.0 if newton else 2e3,
            damping=20.0 if newton else 1e2,
            armature=armature,
        ),
    }
    if newton:
        from isaaclab_newton.sim.schemas import MujocoRigidBodyCfg

        # MJWarp ignores disable_gravity; full gravity compensation has the same effect.
        robot.spawn.rigid_props = [MujocoRigidBodyCfg(gravcomp=1.0)]
    else:
        from isaaclab_physx.sim.schemas import PhysxArticulationCfg

        # No self-collisions: convex hulls of hand and forearm touch in poses that the real robot can reach.
        robot.spawn.articulation_props = [
            PhysxArticulationCfg(
                enabled_self_collisions=False, solver_position_iteration_count=8, solver_velocity_iteration_count=0
            )
        ]
