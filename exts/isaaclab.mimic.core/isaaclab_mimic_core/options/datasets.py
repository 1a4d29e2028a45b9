# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Options of checking, editing and exporting datasets."""

from dataclasses import dataclass
from typing import Any, Literal

from ..option import option


@dataclass(frozen=True)
class Thresholds:
    """Limits of the checks. Times are in samples, because a file does not store the duration of a sample."""

    max_length_ratio: float = option(1.8, low=0)
    """Longest demonstration, relative to the median length."""
    min_length_ratio: float = option(0.5, low=0)
    """Shortest demonstration, relative to the median length."""
    still_joint_step: float = option(0.002, low=0)
    """A robot whose joints all move less than this between two samples [rad or m] stands still."""
    max_idle_start: int = option(20, low=0)
    """Samples before the robot first moves."""
    max_pause: int = option(40, low=0)
    """Samples for which the robot stands still in between."""
    max_roughness: float = option(1.0, low=0)
    """Mean square of the change of an end effector's velocity, over that of the velocity itself: 0 for smooth motion,
    2 if every step goes in another direction."""
    min_gripper_hold: int = option(8, low=0)
    """Samples between two switches of a gripper."""
    action_limit: float = option(1.0, low=0)
    """Size at which an element of an action is cut off."""
    max_saturated: float = option(0.1, low=0)
    """Fraction of the samples in which an element of the action is cut off."""
    end_samples: int = option(5, low=0)
    """Samples at the end in which everything should have come to rest."""
    max_end_speed: float = option(0.002, low=0)
    """Fastest object at the end [m per sample]."""
    max_position_jump: float = option(0.15, low=0)
    """Largest step of a robot's base or an object between two samples [m]."""
    max_joint_jump: float = option(0.5, low=0)
    """Largest step of a joint between two samples [rad or m]."""
    max_reach: float = option(1.2, low=0)
    """Farthest object from the nearest robot base [m]."""
    max_fall: float = option(0.1, low=0)
    """Deepest object below everything that was there at the start [m]."""
    max_subtasks: int = option(8, low=0)
    """Largest number of subtasks of an end effector."""
    min_subtask: int = option(10, low=0)
    """Samples of the shortest subtask."""
    unit_tolerance: float = option(0.01, low=0)
    """Largest difference from 1 of the length of a quaternion or of an axis of a rotation matrix."""


@dataclass(frozen=True)
class Selection:
    """Select demonstrations that meet all given conditions; all demonstrations if there are none."""

    demos: str = ""
    """Names, numbers and ranges with both ends included: demo_3,7,10-19,90-."""
    success: bool | None = None
    """Only those marked successful (True) or not successful (False)."""
    where: tuple[str, ...] = ()
    """Conditions on attributes, JSON ones by path: seed=7, num_samples<300, mimic.recorded.teleop_device=keyboard."""
    findings: tuple[str, ...] = ()
    """Only those with one of these findings of mimic check: names of checks, or error, warning, hint."""

    @property
    def is_empty(self) -> bool:
        """Whether there are no conditions."""
        return self == Selection()


@dataclass(frozen=True)
class Destination:
    """Where to write the result."""

    output: str = ""
    """File to write."""
    in_place: bool = False
    """Replace the (first) file itself, in one atomic step at the end."""
    overwrite: bool = False
    """Replace the output if it exists."""

    def arguments(self) -> dict[str, Any]:
        """Return the arguments for the functions of `datasets.edit`."""
        return {"output": self.output or None, "in_place": self.in_place, "overwrite": self.overwrite}


@dataclass(frozen=True)
class ConvertOptions:
    """Options of converting a dataset."""

    task: str = ""
    """New name of the task; by default the current name of the file's task."""
    actions: Literal["keep", "pose_rel", "pose_abs"] = "keep"
    """Convert joint-space actions to relative or absolute poses of the end effector."""
    urdf: str = ""
    """The robot's URDF file; the Franka Panda's by default."""
    frame: str = "panda_hand"
    """Link that the controller of the task moves."""
    offset: tuple[float, float, float] | None = None
    """Offset of the controlled point in that link's frame [m]; by default 0 0 0.107 for pose_rel, none for pose_abs."""
    action_scale: float = 0.5
    """Factor by which the environment multiplies relative poses."""
    damping: float = option(0.01, low=0)
    """Damping of the environment's inverse kinematics (lambda_val); for pose_rel."""
    substeps: int = option(5, low=1)
    """Physics steps per action in the environment (decimation); for pose_rel."""
    joints: tuple[str, ...] = tuple(f"panda_joint{number}" for number in range(1, 8))
    """The arm's joints, in the order of the actions."""
    robot: str = "robot"
    """The robot's name in the states."""
    joint_scale: float = 0.5
    """Factor by which the environment multiplied joint actions; for files without processed_actions."""
    joint_offset: tuple[float, ...] = ()
    """Offset that the environment added to joint actions [rad]; for files without processed_actions."""
    quaternions: tuple[str, ...] = ()
    """More quaternions in a file of the older format: PATH:COLUMN, for example obs/goal_pose:3."""


@dataclass(frozen=True)
class ExportOptions:
    """Options of exporting a dataset."""

    format: Literal["lerobot", "mp4", "rerun"] = "lerobot"
    """lerobot: a dataset of LeRobot's format v3.0; mp4: videos of the cameras; rerun: files for Rerun's viewer."""
    output: str = ""
    """Folder to write."""
    demos: str = ""
    """Names, numbers and ranges, for example 3,7,10-19; all by default."""
    fps: int = option(20, unit="1/s", low=1)
    """Samples per second; 20 in Isaac Lab's stack tasks."""
    overwrite: bool = False
    """Replace the folder if it exists."""
    cameras: tuple[str, ...] = ()
    """Observation terms with images; all by default."""
    instruction: str = ""
    """lerobot: description of the task, as a sentence; by default the title of the task."""
    repo_id: str = ""
    """lerobot: name of the dataset; by default the folder's."""
    robot_type: str = ""
    """lerobot: name of the robot."""
    state: tuple[str, ...] = ()
    """lerobot: observation terms for observation.state; by default all of the robot's own."""
    environment_state: tuple[str, ...] = ()
    """lerobot: observation terms for observation.environment_state; by default all about objects."""
    action_parts: tuple[str, ...] = ()
    """lerobot: parts of an action in order, as NAME:WIDTH, for element names and GR00T's modality.json: arm:6
    gripper:1; by default it has none."""
    states: bool = True
    """lerobot: export simulation states, processed actions and annotations, too, in a column that policies ignore;
    mimic import needs them to restore a file that can be replayed."""
    failed: bool = False
    """lerobot: export demonstrations marked as not successful, too."""
    quality: int = option(8, low=0, high=10)
    """mp4: quality of the encoder, from 0 to 10."""


@dataclass(frozen=True)
class ImportOptions:
    """Options of importing a dataset."""

    format: Literal["lerobot", "episode-recorder"] = "lerobot"
    """lerobot: a dataset of LeRobot's format v3.0. episode-recorder: a file of Isaac Sim's Episode Recorder, which
    holds poses and no actions."""
    output: str = ""
    """File to write."""
    task: str = ""
    """Name of the task; by default that of the file it was exported from. A file of the Episode Recorder needs it."""
    overwrite: bool = False
    """Replace the file if it exists."""
