# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Both arms grasp the ends of a long box and lift it level: a coordination constraint between two arms.

A cube on the box slips off if one arm is ahead of the other.
"""

from isaaclab.assets import RigidObjectCfg
from isaaclab.managers import EventTermCfg, SceneEntityCfg
from isaaclab.managers import ObservationGroupCfg as ObsGroup
from isaaclab.managers import ObservationTermCfg as ObsTerm
from isaaclab.managers import TerminationTermCfg as DoneTerm
from isaaclab.utils import configclass

from ...envs.mimic_cfg import (
    SubTaskConfig,
    SubTaskConstraintConfig,
    SubTaskConstraintCoordinationScheme,
    SubTaskConstraintType,
)
from . import resets, terms
from .table import FINGERTIP, ArmEventsCfg, ArmObservationsCfg, TableSceneCfg, TwoFrankaEnvCfg, arm, loose_box

BOX_SIZE = (0.44, 0.05, 0.04)
"""Length, width and height [m]."""
GRIP = 0.19
"""Distance of the grasps from the box's center [m]."""
LIFT_HEIGHT = 0.15
"""Minimum height of the box's center over the table, for success [m]."""

CARGO = 0.035
"""Edge of the cube on the box [m]."""

_FRICTION = 0.12
"""Friction coefficient of the cube: it slips when the box is tilted by more than 0.12 rad."""
_ON_BOX = (BOX_SIZE[2] + CARGO) / 2
_BOX, _CARGO = SceneEntityCfg("box"), SceneEntityCfg("cargo")


def _grasp(side: str) -> ObsTerm:
    return ObsTerm(
        func=terms.grasped,
        params={
            "robot_cfg": arm(side),
            "object_cfg": _BOX,
            "fingertip": FINGERTIP,
            "thickness": BOX_SIZE[1],
            "grip": (-GRIP if side == "left" else GRIP, 0.0, 0.0),
        },
    )


@configclass
class LiftBoxSceneCfg(TableSceneCfg):
    """The table with a long box and a slippery cube (`cargo`) on it."""

    box: RigidObjectCfg = loose_box("Box", BOX_SIZE, (0.75, 0.45, 0.1), mass=0.5)
    cargo: RigidObjectCfg = loose_box("Cargo", (CARGO, CARGO, CARGO), (0.05, 0.15, 0.8), mass=0.05, friction=_FRICTION)


@configclass
class LiftBoxObservationsCfg:
    """Observations of the policy, and subtask termination signals."""

    @configclass
    class PolicyCfg(ArmObservationsCfg):
        object = ObsTerm(func=terms.object_poses, params={"names": ["box", "cargo"]})

    @configclass
    class SubtaskCfg(ObsGroup):
        left_grasp = _grasp("left")
        right_grasp = _grasp("right")

        def __post_init__(self):
            self.enable_corruption = False
            self.concatenate_terms = False

    policy: PolicyCfg = PolicyCfg()
    subtask_terms: SubtaskCfg = SubtaskCfg()


@configclass
class LiftBoxEventsCfg(ArmEventsCfg):
    """Resets: the box between the robots, turned by up to 17 degrees."""

    place_box = EventTermCfg(
        func=resets.randomize_object,
        mode="reset",
        params={
            "asset_cfg": _BOX,
            "pose_range": {
                "x": (0.57, 0.63),
                "y": (-0.1, 0.1),
                "z": (BOX_SIZE[2] / 2, BOX_SIZE[2] / 2),
                "yaw": (-0.3, 0.3),
            },
        },
    )
    place_cargo = EventTermCfg(
        func=resets.place_on, mode="reset", params={"asset_cfg": _CARGO, "base_cfg": _BOX, "height": _ON_BOX}
    )


@configclass
class LiftBoxTerminationsCfg:
    """Success of the task."""

    success = DoneTerm(
        func=terms.lifted_with,
        params={
            "object_cfg": _BOX,
            "cargo_cfg": _CARGO,
            "height": LIFT_HEIGHT,
            "max_tilt": 0.1,
            "cargo_height": _ON_BOX,
            "max_shift": 0.04,
        },
    )


@configclass
class LiftBoxEnvCfg(TwoFrankaEnvCfg):
    """The task: lift the box with both arms."""

    scene: LiftBoxSceneCfg = LiftBoxSceneCfg(num_envs=1, env_spacing=3.0, replicate_physics=True)
    observations: LiftBoxObservationsCfg = LiftBoxObservationsCfg()
    events: LiftBoxEventsCfg = LiftBoxEventsCfg()
    terminations: LiftBoxTerminationsCfg = LiftBoxTerminationsCfg()

    def __post_init__(self):
        super().__post_init__()
        self.datagen_config.name = "two_franka_lift_box"
        # Each arm may grasp with a source of its own. For the lift, the constraint below selects one for both.
        self.datagen_config.generation_select_src_per_arm = True
        self.subtask_configs = {
            side: [
                SubTaskConfig(
                    object_ref="box",
                    subtask_term_signal=f"{side}_grasp",
                    selection_strategy="nearest_neighbor_object",
                    selection_strategy_kwargs={"nn_k": 3},
                    action_noise=0.01,
                    num_interpolation_steps=5,
                    description=f"Take the box's {side} end",
                ),
                # Little noise: both arms hold the box now, and noise would make them pull against each other.
                SubTaskConfig(
                    object_ref="box", action_noise=0.002, num_interpolation_steps=3, description="Lift the box together"
                ),
            ]
            for side in ("left", "right")
        }
        self.task_constraint_configs = [
            SubTaskConstraintConfig(
                eef_subtask_constraint_tuple=[("left", 1), ("right", 1)],
                constraint_type=SubTaskConstraintType.COORDINATION,
                coordination_scheme=SubTaskConstraintCoordinationScheme.TRANSFORM,
                coordination_synchronize_start=True,
            )
        ]
