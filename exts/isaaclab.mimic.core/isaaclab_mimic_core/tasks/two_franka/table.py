# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Shared configuration of the tasks with two Frankas: robots, table, actions and the arms' observations.

The origin of the env frame is the left robot's base on the table top; x points to the right robot.
"""

from typing import Any

import isaaclab.sim as sim_utils
from isaaclab.assets import ArticulationCfg, AssetBaseCfg, RigidObjectCfg
from isaaclab.controllers.differential_ik_cfg import DifferentialIKControllerCfg
from isaaclab.envs import ManagerBasedRLEnvCfg, mdp
from isaaclab.envs.mdp.actions.actions_cfg import DifferentialInverseKinematicsActionCfg
from isaaclab.managers import EventTermCfg, SceneEntityCfg
from isaaclab.managers import ObservationGroupCfg as ObsGroup
from isaaclab.managers import ObservationTermCfg as ObsTerm
from isaaclab.scene import InteractiveSceneCfg
from isaaclab.sim.schemas import MassCfg, UsdPhysicsCollisionCfg
from isaaclab.utils import configclass, replace
from isaaclab_assets.robots.franka import FRANKA_PANDA_CFG
from isaaclab_physx.physics import PhysxCfg
from isaaclab_physx.sim.schemas import PhysxRigidBodyCfg
from isaaclab_physx.sim.spawners.materials import PhysxRigidBodyMaterialCfg

from ...envs.mimic_cfg import MimicEnvCfg
from . import resets, terms

DISTANCE = 1.2
"""Distance of the robots' bases [m]."""
FINGERTIP = (0.0, 0.0, 0.1034)
"""Point between the fingertips in the hand's frame [m]; the observed and controlled point."""

_TABLE_SIZE = (1.8, 1.5, 1.05)
_HOME = {
    "panda_joint1": 0.0444,
    "panda_joint2": -0.1894,
    "panda_joint3": -0.1107,
    "panda_joint4": -2.5148,
    "panda_joint5": 0.0044,
    "panda_joint6": 2.3775,
    "panda_joint7": 0.6952,
    "panda_finger_joint.*": 0.04,
}
"""Initial joint positions [rad, m] of upstream's stack task: the hand is above the table and points down."""


def arm(side: str) -> SceneEntityCfg:
    """Return the robot on a side (`left` or `right`), with its hand and fingers."""
    return SceneEntityCfg(f"robot_{side}", body_names="panda_hand", joint_names=["panda_finger_joint.*"])


def loose_box(
    name: str,
    size: tuple[float, float, float],
    color: tuple[float, float, float],
    mass: float,
    friction: float | None = None,
) -> RigidObjectCfg:
    """Return a movable box, in the middle of the table before the first reset.

    Args:
        name: Name of its prim.
        size: Length, width and height [m].
        color: Red, green and blue, from 0 to 1.
        mass: Mass [kg].
        friction: Friction coefficient of its contacts; the engine's default if None.
    """
    slippery = None
    if friction is not None:
        slippery = PhysxRigidBodyMaterialCfg(
            static_friction=friction, dynamic_friction=friction, friction_combine_mode="min"
        )
    return RigidObjectCfg(
        prim_path=f"{{ENV_REGEX_NS}}/{name}",
        init_state=RigidObjectCfg.InitialStateCfg(pos=(DISTANCE / 2, 0.0, size[2] / 2)),
        spawn=sim_utils.CuboidCfg(
            size=size,
            visual_material=sim_utils.PreviewSurfaceCfg(diffuse_color=color),
            # By default both materials would have the same path.
            physics_material_path="physics",
            physics_material=slippery,
            collision_props=[UsdPhysicsCollisionCfg()],
            rigid_props=[PhysxRigidBodyCfg(solver_position_iteration_count=16, solver_velocity_iteration_count=1)],
            mass_props=[MassCfg(mass=mass)],
        ),
    )


def _fixed(
    path: str, size: tuple[float, float, float], color: tuple[float, float, float], height: float
) -> AssetBaseCfg:
    """Return an immovable box, centered under the table's center, with its own center at `height` [m]."""
    return AssetBaseCfg(
        prim_path=path,
        init_state=AssetBaseCfg.InitialStateCfg(pos=(DISTANCE / 2, 0.0, height)),
        spawn=sim_utils.CuboidCfg(
            size=size,
            visual_material=sim_utils.PreviewSurfaceCfg(diffuse_color=color),
            collision_props=[UsdPhysicsCollisionCfg()],
        ),
    )


def _robot(side: str) -> ArticulationCfg:
    pos, rot = {
        "left": ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0)),
        "right": ((DISTANCE, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0)),
    }[side]
    robot: Any = replace(
        FRANKA_PANDA_CFG,
        prim_path=f"{{ENV_REGEX_NS}}/Robot_{side.capitalize()}",
        init_state=ArticulationCfg.InitialStateCfg(pos=pos, rot=rot, joint_pos=_HOME),
    )
    # As in upstream's IK tasks: stiff gains, and no gravity on the arm.
    robot.spawn.rigid_props.disable_gravity = True
    robot.actuators["panda_arm"].stiffness = 400.0
    robot.actuators["panda_arm"].damping = 80.0
    return robot


def _move(side: str) -> DifferentialInverseKinematicsActionCfg:
    return DifferentialInverseKinematicsActionCfg(
        asset_name=f"robot_{side}",
        joint_names=["panda_joint.*"],
        body_name="panda_hand",
        controller=DifferentialIKControllerCfg(command_type="pose", use_relative_mode=True, ik_method="dls"),
        scale=0.5,
        body_offset=DifferentialInverseKinematicsActionCfg.OffsetCfg(pos=FINGERTIP),
    )


def _grip(side: str) -> mdp.BinaryJointPositionActionCfg:
    return mdp.BinaryJointPositionActionCfg(
        asset_name=f"robot_{side}",
        joint_names=["panda_finger_joint.*"],
        open_command_expr={"panda_finger_joint.*": 0.04},
        close_command_expr={"panda_finger_joint.*": 0.0},
    )


@configclass
class TableSceneCfg(InteractiveSceneCfg):
    """Two robots, a table and a light; tasks add their objects."""

    robot_left: ArticulationCfg = _robot("left")
    robot_right: ArticulationCfg = _robot("right")
    table: AssetBaseCfg = _fixed("{ENV_REGEX_NS}/Table", _TABLE_SIZE, (0.55, 0.5, 0.45), -_TABLE_SIZE[2] / 2)
    plane: AssetBaseCfg = _fixed("/World/GroundPlane", (200.0, 200.0, 0.1), (0.3, 0.3, 0.32), -_TABLE_SIZE[2] - 0.05)
    light: AssetBaseCfg = AssetBaseCfg(
        prim_path="/World/light", spawn=sim_utils.DomeLightCfg(color=(0.75, 0.75, 0.75), intensity=3000.0)
    )


@configclass
class ActionsCfg:
    """Actions of 14 numbers: for the left arm, then for the right, a change of pose (6) and the gripper (1)."""

    left_arm: DifferentialInverseKinematicsActionCfg = _move("left")
    left_gripper: mdp.BinaryJointPositionActionCfg = _grip("left")
    right_arm: DifferentialInverseKinematicsActionCfg = _move("right")
    right_gripper: mdp.BinaryJointPositionActionCfg = _grip("right")


@configclass
class ArmObservationsCfg(ObsGroup):
    """Observations of the arms for a policy; tasks add `object`."""

    actions = ObsTerm(func=mdp.last_action)
    left_joint_pos = ObsTerm(func=mdp.joint_pos_rel, params={"asset_cfg": SceneEntityCfg("robot_left")})
    left_joint_vel = ObsTerm(func=mdp.joint_vel_rel, params={"asset_cfg": SceneEntityCfg("robot_left")})
    right_joint_pos = ObsTerm(func=mdp.joint_pos_rel, params={"asset_cfg": SceneEntityCfg("robot_right")})
    right_joint_vel = ObsTerm(func=mdp.joint_vel_rel, params={"asset_cfg": SceneEntityCfg("robot_right")})
    left_eef_pos = ObsTerm(func=terms.eef_pos, params={"robot_cfg": arm("left"), "offset": FINGERTIP})
    left_eef_quat = ObsTerm(func=terms.eef_quat, params={"robot_cfg": arm("left")})
    right_eef_pos = ObsTerm(func=terms.eef_pos, params={"robot_cfg": arm("right"), "offset": FINGERTIP})
    right_eef_quat = ObsTerm(func=terms.eef_quat, params={"robot_cfg": arm("right")})
    left_gripper_pos = ObsTerm(func=terms.fingers, params={"robot_cfg": arm("left")})
    right_gripper_pos = ObsTerm(func=terms.fingers, params={"robot_cfg": arm("right")})

    def __post_init__(self):
        self.enable_corruption = False
        self.concatenate_terms = False


@configclass
class ArmEventsCfg:
    """Resets of both arms to near their initial joint positions; tasks add their objects."""

    left_joints = EventTermCfg(
        func=resets.randomize_arm, mode="reset", params={"std": 0.02, "asset_cfg": SceneEntityCfg("robot_left")}
    )
    right_joints = EventTermCfg(
        func=resets.randomize_arm, mode="reset", params={"std": 0.02, "asset_cfg": SceneEntityCfg("robot_right")}
    )


@configclass
class TwoFrankaEnvCfg(ManagerBasedRLEnvCfg, MimicEnvCfg):
    """Base class of the tasks, which add scene, observations, events, terminations and Mimic configuration."""

    actions: ActionsCfg = ActionsCfg()
    commands = None
    rewards = None
    curriculum = None

    def __post_init__(self):
        self.decimation = 5
        self.episode_length_s = 30.0
        self.sim.dt = 0.01
        self.sim.render_interval = 5
        # For Isaac Sim's PhysX; `open_env` replaces it for other engines.
        self.sim.physics = PhysxCfg(bounce_threshold_velocity=0.01, friction_correlation_distance=0.00625)
        # The reset events keep these joints at their default, open.
        self.gripper_joint_names = ["panda_finger_joint.*"]
        self.datagen_config.generation_select_src_per_subtask = True
        self.datagen_config.generation_interpolate_from_last_target_pose = True
