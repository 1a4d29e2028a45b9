# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Replace NVIDIA's GR1T2 asset by one converted from Fourier's URDF, with gains for it.

What differs from upstream's robot, and why, is in docs/humanoids.md.
"""

from typing import Any

from ...errors import TaskError
from .usd import HAND_EFFORT, HAND_VELOCITY, gr1t2_kinematics, gr1t2_usd


def use_local_assets(cfg: Any, engine: str) -> None:
    """Replace the robot's asset in the configuration of a task with a GR1T2.

    Args:
        cfg: Configuration of the task; the robot is `scene.robot`.
        engine: Physics engine: `ovphysx`, `isaacsim` or `newton`.

    Raises:
        TaskError: The engine is Newton.
        PlatformError: The robot cannot be built on this machine.
    """
    if engine == "newton":
        raise TaskError("the local GR1T2 is built for PhysX", where="--physics newton", remedy="Use ovphysx or auto.")
    from isaaclab.actuators import ImplicitActuatorCfg
    from isaaclab.envs.mdp.actions.pink_actions_cfg import PinkInverseKinematicsActionCfg
    from isaaclab.utils import replace
    from isaaclab_physx.sim.schemas import PhysxArticulationCfg

    robot = cfg.scene.robot
    robot.spawn.usd_path = str(gr1t2_usd())
    # No self-collisions: convex hulls of neighbouring links touch in poses that the real robot can reach.
    robot.spawn.articulation_props = [
        PhysxArticulationCfg(
            enabled_self_collisions=False, solver_position_iteration_count=16, solver_velocity_iteration_count=1
        )
    ]
    # Upstream takes gains from NVIDIA's file where its configuration says none, in some tasks of arms and trunk, too.
    silent = {name: each for name, each in robot.actuators.items() if each.stiffness is None}
    robot.actuators = robot.actuators | {
        **{name: replace(each, stiffness=400.0, damping=40.0) for name, each in silent.items()},
        "head": ImplicitActuatorCfg(joint_names_expr=["head_.*"], stiffness=100.0, damping=10.0),
        "legs": ImplicitActuatorCfg(
            joint_names_expr=[".*_hip_.*", ".*_knee_.*", ".*_ankle_.*"], stiffness=400.0, damping=40.0
        ),
        **{
            f"{side}-hand": ImplicitActuatorCfg(
                joint_names_expr=[f"{letter}_.*"],
                stiffness=5.0,
                damping=0.2,
                armature=0.001,
                joint_effort_limit=HAND_EFFORT,
                joint_velocity_limit=HAND_VELOCITY,
            )
            for side, letter in (("right", "R"), ("left", "L"))
        },
    }
    for term in vars(cfg.actions).values():
        if isinstance(term, PinkInverseKinematicsActionCfg):
            # Without shapes: Pink's controllers, one for each environment, would load them.
            term.controller.usd_path = None
            term.controller.urdf_path = str(gr1t2_kinematics())
