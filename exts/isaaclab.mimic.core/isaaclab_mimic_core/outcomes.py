# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""How an attempt ended: the same record in the generator, in events, in reports and in the window."""

from dataclasses import dataclass, field
from enum import StrEnum


class FailureCause(StrEnum):
    """Why an attempt failed. Values are in files and events, so they must not change; members are in drawing order.

    A text that is no cause, from a file of a later version say, is read as UNKNOWN.
    """

    meaning: str
    """What it means, in words for a report."""
    color: str
    """Colour in plots: amber for what goes wrong on the way, red for what should not happen at all."""

    def __new__(cls, value: str, meaning: str, color: str) -> "FailureCause":
        cause = str.__new__(cls, value)
        cause._value_ = value
        cause.meaning, cause.color = meaning, color
        return cause

    NONE = "", "", "#C9B79A"
    """It succeeded, or nothing says why it failed."""
    NOT_GRASPED = "not_grasped", "the object was not in the gripper when the subtask ended", "#F2B84B"
    DROPPED = "dropped", "the subtask's goal was reached, but lost again before the subtask ended", "#E8912D"
    MISPLACED = "misplaced", "the object was not where the subtask should have left it", "#D5672A"
    PUSHED = "pushed", "an object was pushed that the subtask has nothing to do with", "#C98A5E"
    OUT_OF_REACH = "out_of_reach", "the robot could not get to where the motion led", "#B9484A"
    NO_PATH = "no_path", "the planner found no path to where the subtask begins", "#9C5B7C"
    TIME = "time", "the task was not fulfilled, or not for long enough, in the time allowed", "#F6D999"
    DEADLOCK = "deadlock", "end effectors waited for each other", "#8E2B3A"
    UNSTABLE = "unstable", "the simulation gave numbers that are not finite", "#B3261E"
    DISCARDED = "discarded", "the person who demonstrated started over", "#A3ABB0"
    UNKNOWN = "unknown", "", "#C9B79A"

    @classmethod
    def _missing_(cls, value: object) -> "FailureCause | None":
        return cls.UNKNOWN if isinstance(value, str) else None

    @property
    def label(self) -> str:
        """The cause in words: `not grasped`; empty for NONE."""
        return self.value.replace("_", " ")


@dataclass(frozen=True)
class AttemptOutcome:
    """How one attempt (generation, recording) or rollout (evaluation) ended."""

    attempt: int
    """Its number in this run, counted from 0."""
    env: int
    """Index of the environment it ran in."""
    success: bool
    steps: int
    """Environment steps of the demonstration; steps that a retry took back do not count."""
    cause: FailureCause = FailureCause.NONE
    """Why it failed; NONE on success."""
    subtask: str = ""
    """Where it failed: `<eef>/<subtask index>`; empty on success or if that is not known."""
    sources: dict[str, list[int]] = field(default_factory=dict)
    """Per end effector the index of the source demonstration used in each subtask begun."""
    placement: dict[str, list[float]] = field(default_factory=dict)
    """Where each object stood when the attempt began: x, y [m], environment frame, and yaw [rad]; empty if unknown."""
    segments: dict[str, list[list[int]]] = field(default_factory=dict)
    """Per end effector the first step and end (exclusive) of each source segment used."""
    ends: dict[str, list[int]] = field(default_factory=dict)
    """Per end effector the steps of the demonstration when each subtask had ended; 0: it has not."""
    misses: dict[str, list[list[float]]] = field(default_factory=dict)
    """Per end effector by how much its arm misses the poses of each source segment used, at most [m], [rad]; empty for
    arms that can take any pose within their reach."""
    retries: int = 0
    """How often a subtask was retried."""
    flagged: bool = False
    """Early stop is off, and would have ended the attempt."""
