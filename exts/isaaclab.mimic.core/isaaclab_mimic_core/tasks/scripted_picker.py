# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A scripted demonstrator for any task of one arm that has a descriptor: it takes objects and puts them on others.

It follows the objects of the subtasks, those about none left out: the first one is taken; if the next one is another
object or a frame, it is put on that, else it is held up until the end. It moves like `franka_stack.script`, and knows
what is where and how large. The end effector's frame is taken to be between the fingertips, with its z axis out of the
hand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import isaaclab.utils.math as math_utils
import torch

from .. import rotations
from ..datagen.config import list_subtasks, read_subtasks
from ..envs import BatchedEnv
from ..errors import TaskError
from ..robots.derived.fingers import Fingers, read_fingers
from ..robots.derived.matching import in_order_of
from ..robots.derived.terms import read_arms
from ..sim.object_sizes import Box, boxes
from .franka_stack.script import LIFT, PHASES, MotionStyle, ScriptedStacker

_RATE = 0.05
"""Step for which speeds are [s]."""
_HIGH = 2.2
"""How high something is held up, in heights of the hover."""
_REMEDY = "The general script moves one arm with a gripper; drive it by hand, or register the task with a script."


class ScriptedPicker(ScriptedStacker):
    """Scripted demonstrator of one arm with a gripper that points down, and that one number opens and closes.

    Args:
        env: The environments.
        seed: Seed of all random numbers.

    Raises:
        TaskError: There are several arms, the subtasks are about no objects or some of unknown size, or the gripper
            is something else.
        ConfigError: The subtasks are about what is no rigid object.
    """

    def __init__(self, env: BatchedEnv, seed: int):
        pairs, self._holds_on = _pairs(env)
        task, found = env.info["task"], boxes(env.env.scene)
        # A frame is a point that something stands on.
        points = {name: Box((0.0, 0.0, 0.0)) for name in env.frame_names}
        heights = _heights(env.object_names, pairs, found | points, task)
        arms = in_order_of(env.eef_names, read_arms(env.env, task), task)
        fingers = read_fingers(env.env, env.eef_names, task)[env.eef_names[0]]
        self.gripper = _gripper(fingers, len(arms[0].hand), task)
        super().__init__(env, seed, _style(env.step_dt), pairs, heights)
        centers = [found[name].center if name in found else (0.0, 0.0, 0.0) for name in env.object_names]
        self._centers = torch.tensor(centers, device=env.device)
        if self._holds_on:
            self.rise = _HIGH
            self._end += LIFT + 1 - PHASES

    def see(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        hand, objects = self._env.eef_pose()[:, 0], self._env.object_pose()
        quat = rotations.quat_from_matrix(objects[..., :3, :3])
        middles = objects[..., :3, 3] + (objects[..., :3, :3] @ self._centers[..., None])[..., 0]
        return hand[:, :3, 3], hand[:, :3, :3], torch.cat([middles, quat], dim=-1)

    def within_reach(self, goal: torch.Tensor, wanted: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        if not any(self._env.limited):
            return goal, wanted
        pose = self._env.nearest_pose(math_utils.make_pose(goal, wanted)[:, None])[:, 0]
        return pose[:, :3, 3], pose[:, :3, :3]

    def holds(self, kind: torch.Tensor) -> torch.Tensor:
        return super().holds(kind) | (self.finished & self._holds_on)


def _pairs(env: BatchedEnv) -> tuple[list[tuple[int, int]], bool]:
    """Return indices of what is taken and of what it is put on, in order; and whether the last is held up instead."""
    read_subtasks(env.cfg, env.object_names, torch.device("cpu"), planned=False)  # checks them
    ((_, subtasks), *others) = list_subtasks(env.cfg).items()
    refs = [each.object_ref for each in subtasks if each.object_ref is not None]
    if others or not refs:
        raise TaskError(
            "it has several arms" if others else "its subtasks are about no objects",
            where=env.info["task"],
            remedy=_REMEDY,
        )
    index = env.object_names.index
    pairs, at = [], 0
    while at < len(refs):
        taken, then = refs[at], refs[at + 1] if at + 1 < len(refs) else refs[at]
        if taken in env.frame_names:
            raise TaskError(f"the frame {taken} is no object to take", where=env.info["task"], remedy=_REMEDY)
        pairs.append((index(taken), index(then)))
        if taken == then:
            return pairs, True
        at += 2
    return pairs, False


def _heights(
    names: Sequence[str], pairs: Sequence[tuple[int, int]], found: Mapping[str, Box], task: str
) -> list[float]:
    """Return how far the middle of what is taken is above that of what it is put on [m], by pair.

    Raises:
        TaskError: The size of one is unknown.
    """
    if unknown := [names[index] for pair in pairs for index in pair if names[index] not in found]:
        raise TaskError(f"the size of {unknown[0]} is unknown: it has no shapes", where=task, remedy=_REMEDY)
    return [found[names[upper]].half[2] + found[names[lower]].half[2] for upper, lower in pairs]


def _gripper(fingers: Fingers, columns: int, task: str) -> tuple[float, float]:
    """Return what opens the gripper, and what closes it.

    Args:
        fingers: What the actions say of it.
        columns: How many numbers of an action are its.
        task: The task's name, for errors.

    Raises:
        TaskError: It is not one binary action that opens and closes joints.
    """
    if not fingers.joints or columns != 1:
        what = f"{columns} numbers of its actions command the hand" if columns != 1 else "its gripper is unknown"
        raise TaskError(f"{what}, not one binary joint position", where=task, remedy=_REMEDY)
    return fingers.command


def _style(step_dt: float) -> MotionStyle:
    """Return the style of motion for another step than that of the stacking task."""
    usual, rate = MotionStyle(), step_dt / _RATE
    low, high = usual.speed
    return replace(
        usual,
        speed=(low * rate, high * rate),
        tremor=usual.tremor * rate,
        pause=(round(usual.pause[0] / rate), round(usual.pause[1] / rate)),
        wait=(round(usual.wait[0] / rate), round(usual.wait[1] / rate)),
    )
