# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The right arm clears a plate, then the left arm places a cube there: a sequential constraint between two arms."""

from isaaclab.assets import RigidObjectCfg
from isaaclab.managers import EventTermCfg, SceneEntityCfg
from isaaclab.managers import ObservationGroupCfg as ObsGroup
from isaaclab.managers import ObservationTermCfg as ObsTerm
from isaaclab.managers import TerminationTermCfg as DoneTerm
from isaaclab.utils import configclass

from ...envs.mimic_cfg import SubTaskConfig, SubTaskConstraintConfig, SubTaskConstraintType
from . import resets, terms
from .table import FINGERTIP, ArmEventsCfg, ArmObservationsCfg, TableSceneCfg, TwoFrankaEnvCfg, arm, loose_box

CUBE = 0.0406
"""Edge of both cubes [m]."""
PLATE_SIZE = (0.1, 0.1, 0.012)
CLEARANCE = 0.12
"""Minimum distance of the blocker's center from the plate's, at which the plate is clear [m]."""

_TAKEN_HEIGHT = 0.09
_TURN = 120
"""`sequential_min_time_diff` [steps]: the left arm waits when so many steps of its last segment are left, until the
plate is clear. Placing takes fewer steps, so both arms can grasp their cubes at the same time."""
_ON_PLATE = (CUBE + PLATE_SIZE[2]) / 2
_CUBE, _BLOCKER, _PLATE = SceneEntityCfg("cube"), SceneEntityCfg("blocker"), SceneEntityCfg("plate")


def _taken(side: str, what: SceneEntityCfg) -> ObsTerm:
    """Return the signal that an arm holds a cube in the air; the next subtask then begins with a free path."""
    params = {"robot_cfg": arm(side), "object_cfg": what, "fingertip": FINGERTIP, "thickness": CUBE}
    return ObsTerm(func=terms.taken, params={**params, "height": _TAKEN_HEIGHT})


@configclass
class ClearAndPlaceSceneCfg(TableSceneCfg):
    """The table with a heavy plate, a cube, and a blocker on the plate."""

    cube: RigidObjectCfg = loose_box("Cube", (CUBE, CUBE, CUBE), (0.05, 0.6, 0.1), mass=0.1)
    blocker: RigidObjectCfg = loose_box("Blocker", (CUBE, CUBE, CUBE), (0.8, 0.08, 0.05), mass=0.1)
    plate: RigidObjectCfg = loose_box("Plate", PLATE_SIZE, (0.8, 0.8, 0.85), mass=2.0)


@configclass
class ClearAndPlaceObservationsCfg:
    """Observations of the policy, and subtask termination signals."""

    @configclass
    class PolicyCfg(ArmObservationsCfg):
        object = ObsTerm(func=terms.object_poses, params={"names": ["cube", "blocker", "plate"]})

    @configclass
    class SubtaskCfg(ObsGroup):
        cube_taken = _taken("left", _CUBE)
        blocker_taken = _taken("right", _BLOCKER)
        plate_clear = ObsTerm(
            func=terms.away_from,
            params={"robot_cfg": arm("right"), "object_cfg": _BLOCKER, "base_cfg": _PLATE, "distance": CLEARANCE},
        )

        def __post_init__(self):
            self.enable_corruption = False
            self.concatenate_terms = False

    policy: PolicyCfg = PolicyCfg()
    subtask_terms: SubtaskCfg = SubtaskCfg()


@configclass
class ClearAndPlaceEventsCfg(ArmEventsCfg):
    """Resets: plate and blocker in the middle, the cube on the left robot's side."""

    place_plate = EventTermCfg(
        func=resets.randomize_object,
        mode="reset",
        params={
            "asset_cfg": _PLATE,
            "pose_range": {
                "x": (0.56, 0.64),
                "y": (-0.1, 0.1),
                "z": (PLATE_SIZE[2] / 2, PLATE_SIZE[2] / 2),
                "yaw": (-0.4, 0.4),
            },
        },
    )
    place_blocker = EventTermCfg(
        func=resets.place_on,
        mode="reset",
        params={"asset_cfg": _BLOCKER, "base_cfg": _PLATE, "height": _ON_PLATE},
    )
    place_cube = EventTermCfg(
        func=resets.randomize_object,
        mode="reset",
        params={
            "asset_cfg": _CUBE,
            "pose_range": {"x": (0.34, 0.42), "y": (-0.15, 0.15), "z": (CUBE / 2, CUBE / 2), "yaw": (-0.7, 0.7)},
        },
    )


@configclass
class ClearAndPlaceTerminationsCfg:
    """Success of the task."""

    success = DoneTerm(
        func=terms.placed_after_clearing,
        params={
            "left_cfg": arm("left"),
            "right_cfg": arm("right"),
            "object_cfg": _CUBE,
            "blocker_cfg": _BLOCKER,
            "base_cfg": _PLATE,
            "height": _ON_PLATE,
            "max_shift": 0.04,
            "distance": CLEARANCE,
        },
    )


@configclass
class ClearAndPlaceEnvCfg(TwoFrankaEnvCfg):
    """The task: clear the plate, then place the cube there."""

    scene: ClearAndPlaceSceneCfg = ClearAndPlaceSceneCfg(num_envs=1, env_spacing=3.0, replicate_physics=True)
    observations: ClearAndPlaceObservationsCfg = ClearAndPlaceObservationsCfg()
    events: ClearAndPlaceEventsCfg = ClearAndPlaceEventsCfg()
    terminations: ClearAndPlaceTerminationsCfg = ClearAndPlaceTerminationsCfg()

    def __post_init__(self):
        super().__post_init__()
        self.datagen_config.name = "two_franka_clear_and_place"
        # Select sources per arm: the left arm's object says nothing about a good source for the right arm.
        self.datagen_config.generation_select_src_per_arm = True
        nearest = {"selection_strategy": "nearest_neighbor_object", "selection_strategy_kwargs": {"nn_k": 3}}
        self.subtask_configs = {
            "left": [
                SubTaskConfig(
                    object_ref="cube",
                    subtask_term_signal="cube_taken",
                    action_noise=0.01,
                    description="Take the cube",
                    **nearest,
                ),
                SubTaskConfig(
                    object_ref="plate", action_noise=0.01, description="Put the cube on the plate", **nearest
                ),
            ],
            "right": [
                SubTaskConfig(
                    object_ref="blocker",
                    subtask_term_signal="blocker_taken",
                    action_noise=0.01,
                    description="Take the blocker",
                    **nearest,
                ),
                SubTaskConfig(
                    object_ref="plate",
                    subtask_term_signal="plate_clear",
                    action_noise=0.01,
                    description="Put the blocker aside",
                    **nearest,
                ),
                SubTaskConfig(object_ref="plate", action_noise=0.01, description="Make room", **nearest),
            ],
        }
        self.task_constraint_configs = [
            SubTaskConstraintConfig(
                eef_subtask_constraint_tuple=[("right", 1), ("left", 1)],
                constraint_type=SubTaskConstraintType.SEQUENTIAL,
                sequential_min_time_diff=_TURN,
            )
        ]
