# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The environment: a plain `ManagerBasedRLEnv` of Isaac Lab, without anything of Mimic's.

Imported when the task is opened, for it brings Isaac Lab with it.
"""

import isaaclab.envs.mdp as mdp
import isaaclab.sim as sim_utils
from isaaclab.assets import AssetBaseCfg, RigidObjectCfg
from isaaclab.controllers import DifferentialIKControllerCfg
from isaaclab.envs import ManagerBasedRLEnvCfg
from isaaclab.envs.mdp.actions.actions_cfg import (
    BinaryJointPositionActionCfg,
    DifferentialInverseKinematicsActionCfg,
)
from isaaclab.managers import EventTermCfg, ObservationGroupCfg, ObservationTermCfg, SceneEntityCfg
from isaaclab.scene import InteractiveSceneCfg
from isaaclab.utils import configclass
from isaaclab_so101.constants import ARM_JOINT_NAMES, JAW_CLOSE_RAD
from isaaclab_tasks.contrib.stack.mdp import stack_events

from .robot import ARM_CFG, BETWEEN_FINGERS

CUBE_EDGE = 0.025
"""[m]"""
PAD = (0.07, 0.07, CUBE_EDGE)
"""As high as the cube, so that one range of poses is for both [m]."""
JAW_OPEN = 0.4
"""Wide enough for the cube [rad]."""


def _box(size: tuple[float, float, float], color: tuple[float, float, float], mass: float) -> sim_utils.CuboidCfg:
    return sim_utils.CuboidCfg(
        size=size,
        rigid_props=sim_utils.RigidBodyPropertiesCfg(
            solver_position_iteration_count=16, solver_velocity_iteration_count=1, max_depenetration_velocity=5.0
        ),
        mass_props=sim_utils.MassPropertiesCfg(mass=mass),
        collision_props=sim_utils.CollisionPropertiesCfg(),
        physics_material=sim_utils.RigidBodyMaterialCfg(static_friction=1.0, dynamic_friction=1.0),
        visual_material=sim_utils.PreviewSurfaceCfg(diffuse_color=color),
    )


@configclass
class SceneCfg(InteractiveSceneCfg):
    """The arm on a table, a cube and a pad."""

    table = AssetBaseCfg(
        prim_path="{ENV_REGEX_NS}/Table",
        init_state=AssetBaseCfg.InitialStateCfg(pos=(0.15, 0.0, -0.025)),
        spawn=sim_utils.CuboidCfg(
            size=(0.7, 0.8, 0.05),
            collision_props=sim_utils.CollisionPropertiesCfg(),
            visual_material=sim_utils.PreviewSurfaceCfg(diffuse_color=(0.55, 0.5, 0.45)),
        ),
    )
    robot = ARM_CFG.replace(prim_path="{ENV_REGEX_NS}/Robot")
    cube = RigidObjectCfg(
        prim_path="{ENV_REGEX_NS}/Cube",
        init_state=RigidObjectCfg.InitialStateCfg(pos=(0.2, -0.08, CUBE_EDGE / 2)),
        spawn=_box((CUBE_EDGE,) * 3, (0.8, 0.08, 0.05), 0.03),
    )
    pad = RigidObjectCfg(
        prim_path="{ENV_REGEX_NS}/Pad",
        init_state=RigidObjectCfg.InitialStateCfg(pos=(0.2, 0.08, CUBE_EDGE / 2)),
        spawn=_box(PAD, (0.05, 0.15, 0.8), 0.5),
    )
    light = AssetBaseCfg(prim_path="/World/light", spawn=sim_utils.DomeLightCfg(intensity=3000.0))


@configclass
class ActionsCfg:
    """Changes of the pose between the fingers, and a jaw that is open or closed."""

    arm = DifferentialInverseKinematicsActionCfg(
        asset_name="robot",
        joint_names=list(ARM_JOINT_NAMES),
        body_name="gripper",
        controller=DifferentialIKControllerCfg(command_type="pose", use_relative_mode=True, ik_method="dls"),
        scale=0.5,
        # Half a turn about x: the z axis points out of the hand.
        body_offset=DifferentialInverseKinematicsActionCfg.OffsetCfg(pos=BETWEEN_FINGERS, rot=(1.0, 0.0, 0.0, 0.0)),
    )
    jaw = BinaryJointPositionActionCfg(
        asset_name="robot",
        joint_names=["Jaw"],
        open_command_expr={"Jaw": JAW_OPEN},
        close_command_expr={"Jaw": JAW_CLOSE_RAD},
    )


@configclass
class ObservationsCfg:
    """What a policy sees."""

    @configclass
    class PolicyCfg(ObservationGroupCfg):
        joint_pos = ObservationTermCfg(func=mdp.joint_pos_rel)
        joint_vel = ObservationTermCfg(func=mdp.joint_vel_rel)
        cube_pos = ObservationTermCfg(func=mdp.root_pos_w, params={"asset_cfg": SceneEntityCfg("cube")})
        cube_quat = ObservationTermCfg(func=mdp.root_quat_w, params={"asset_cfg": SceneEntityCfg("cube")})
        pad_pos = ObservationTermCfg(func=mdp.root_pos_w, params={"asset_cfg": SceneEntityCfg("pad")})
        actions = ObservationTermCfg(func=mdp.last_action)

        def __post_init__(self):
            self.enable_corruption = False
            self.concatenate_terms = False

    policy: PolicyCfg = PolicyCfg()


@configclass
class EventsCfg:
    """How an episode begins: the arm at rest, cube and pad anywhere in front of it, apart from each other."""

    scene = EventTermCfg(func=mdp.reset_scene_to_default, mode="reset")
    arm = EventTermCfg(
        func=stack_events.randomize_joint_by_gaussian_offset, mode="reset", params={"mean": 0.0, "std": 0.02}
    )
    objects = EventTermCfg(
        func=stack_events.randomize_object_pose,
        mode="reset",
        params={
            "pose_range": {"x": (0.16, 0.25), "y": (-0.13, 0.13), "z": (CUBE_EDGE / 2,) * 2, "yaw": (-0.7, 0.7)},
            "min_separation": 0.12,
            "asset_cfgs": [SceneEntityCfg("cube"), SceneEntityCfg("pad")],
        },
    )


@configclass
class NothingCfg:
    """No rewards, no terminations: the descriptor says what success is."""


@configclass
class PickPlaceEnvCfg(ManagerBasedRLEnvCfg):
    """The SO-101 puts a cube on a pad."""

    scene: SceneCfg = SceneCfg(num_envs=16, env_spacing=1.5)
    actions: ActionsCfg = ActionsCfg()
    observations: ObservationsCfg = ObservationsCfg()
    events: EventsCfg = EventsCfg()
    rewards: NothingCfg = NothingCfg()
    terminations: NothingCfg = NothingCfg()
    # Upstream's reset of the joints leaves the fingers as they are.
    gripper_joint_names: list = ["Jaw"]

    def __post_init__(self):
        self.decimation = 5
        self.sim.dt = 0.01
        self.sim.render_interval = self.decimation
        self.episode_length_s = 30.0
