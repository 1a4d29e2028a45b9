# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A scripted demonstrator for any task of one arm that has a descriptor: it takes objects and puts them on others.

It follows the objects of the subtasks: the first one is taken; if the next subtask is about another object, it is put
on that, else it is held up until the end. It moves like `franka_stack.script`, and knows what is where and how large.
"""

from dataclasses import replace

import isaaclab.utils.math as math_utils
import torch

from ..datagen.config import list_subtasks
from ..envs import BatchedEnv
from ..envs.object_sizes import half_sizes
from ..errors import TaskError
from .franka_stack.script import LIFT, PHASES, MotionStyle, ScriptedStacker

_RATE = 0.05
"""Step for which speeds are [s]."""
_HIGH = 2.2
"""How high something is held up, in heights of the hover."""


class ScriptedPicker(ScriptedStacker):
    """Scripted demonstrator of one arm with a gripper that points down.

    Args:
        env: The environments.
        seed: Seed of all random numbers.

    Raises:
        TaskError: There are several arms, or the subtasks are about no objects.
    """

    def __init__(self, env: BatchedEnv, seed: int):
        pairs, self._holds_on = _pairs(env)
        sizes = half_sizes(env)
        names = [[env.object_names[index] for index in pair] for pair in pairs]
        heights = [sizes[upper][2] + sizes[lower][2] for upper, lower in names]
        super().__init__(env, seed, _style(env.step_dt), pairs, heights)
        if self._holds_on:
            self.rise = _HIGH
            self._end += LIFT + 1 - PHASES

    def see(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        hand, objects = self._env.eef_pose()[:, 0], self._env.object_pose()
        quat = math_utils.quat_from_matrix(objects[..., :3, :3])
        return hand[:, :3, 3], hand[:, :3, :3], torch.cat([objects[..., :3, 3], quat], dim=-1)

    def holds(self, kind: torch.Tensor) -> torch.Tensor:
        return super().holds(kind) | (self.finished & self._holds_on)


def _pairs(env: BatchedEnv) -> tuple[list[tuple[int, int]], bool]:
    """Return indices of what is taken and of what it is put on, in order; and whether the last is held up instead."""
    ((_, subtasks), *others) = list_subtasks(env.cfg).items()
    refs = [each.object_ref for each in subtasks if each.object_ref is not None]
    if others or not refs:
        raise TaskError(
            "it has several arms" if others else "its subtasks are about no objects",
            where=env.info["task"],
            remedy="The general script moves one arm; drive it by hand, or register the task with a script.",
        )
    index = env.object_names.index
    pairs, at = [], 0
    while at < len(refs):
        taken, then = refs[at], refs[at + 1] if at + 1 < len(refs) else refs[at]
        pairs.append((index(taken), index(then)))
        if taken == then:
            return pairs, True
        at += 2
    return pairs, False


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
