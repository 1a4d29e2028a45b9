# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What checks and edits of datasets can be told."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Thresholds:
    """Limits of the checks; times in samples, for a file does not say how long a sample lasts."""

    max_length_ratio: float = 1.8
    """Longest demonstration, in lengths of the median one."""
    min_length_ratio: float = 0.5
    """Shortest demonstration, in lengths of the median one."""
    still_joint_step: float = 0.002
    """A robot whose joints all move less than this between two samples [rad or m] stands still."""
    max_idle_start: int = 20
    """Samples before the robot first moves."""
    max_pause: int = 40
    """Samples that the robot stands still for in between."""
    max_roughness: float = 1.0
    """Mean square of the change of an end effector's velocity, over that of the velocity itself: 0 for smooth motion,
    2 if every step goes in another direction."""
    min_gripper_hold: int = 8
    """Samples between two switches of a gripper."""
    action_limit: float = 1.0
    """Size at which an element of an action is cut off."""
    max_saturated: float = 0.1
    """Part of the samples in which an element of the action is cut off."""
    end_samples: int = 5
    """Samples at the end in which everything should have come to rest."""
    max_end_speed: float = 0.002
    """Fastest object at the end [m a sample]."""
    max_position_jump: float = 0.15
    """Largest step of a robot's base or an object between two samples [m]."""
    max_joint_jump: float = 0.5
    """Largest step of a joint between two samples [rad or m]."""
    max_reach: float = 1.2
    """Farthest object from the nearest robot base [m]."""
    max_fall: float = 0.1
    """Deepest object below everything that was there at the start [m]."""
    max_subtasks: int = 8
    """Most subtasks of an end effector that make sense."""
    min_subtask: int = 10
    """Samples of the shortest subtask."""
    unit_tolerance: float = 0.01
    """How far the length of a quaternion, or of an axis of a rotation matrix, may be from 1."""


@dataclass(frozen=True)
class Selection:
    """A demonstration is selected if it fulfils everything that is given; with nothing given all are."""

    demos: str = ""
    """Names, numbers and ranges with both ends included: demo_3,7,10-19,90-."""
    success: bool | None = None
    """Only those marked successful (True) or not successful (False)."""
    where: tuple[str, ...] = ()
    """Conditions on attributes, JSON ones by path: seed=7, num_samples<300, mimic.recorded.teleop_device=keyboard."""
    findings: tuple[str, ...] = ()
    """Only those of which mimic check finds one of these: names of checks, or error, warning, hint."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is given."""
        return self == Selection()
