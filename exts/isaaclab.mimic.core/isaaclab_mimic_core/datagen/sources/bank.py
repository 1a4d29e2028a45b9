# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The source demonstrations on the device, as one padded bank."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import isaaclab.utils.math as math_utils
import numpy as np
import torch

from ... import randomness
from ..contract import MimicEnv
from ..tables import SubtaskTable
from .held_objects import find_held_objects, offset_in_hand
from .segmentation import segment
from .source_demo import SourceDemo

_SAME = 1e-5
"""Sizes that differ by less than this [m] are the same."""


@dataclass(frozen=True)
class SourceBank:
    """D demonstrations of E end effectors, O objects and S subtasks, padded to T steps; poses in environment frames."""

    names: tuple[str, ...]
    eef_pose: torch.Tensor
    """(D, E, T, 4, 4) [m]."""
    target_pose: torch.Tensor
    """(D, E, T, 4, 4) target pose of each step's action [m]."""
    gripper: torch.Tensor
    """(D, E, T, G) gripper actions."""
    object_pose: torch.Tensor
    """(D, O, T, 4, 4) [m]."""
    bounds: torch.Tensor
    """(D, E, S, 2) int64: first step and end (exclusive) of each segment before random offsets."""
    num_bodies: int
    """The first so many of the objects are bodies; the others are frames."""
    held: torch.Tensor
    """(E, S) int64: index of the object that is carried in a subtask, -1 for none."""
    any_held: bool
    """Whether an object is carried in any subtask."""
    source_box: torch.Tensor
    """(D, O, 2, 3) lower and upper corner of the box around each object in its frame, in the demonstrations [m]."""
    target_box: torch.Tensor
    """(O, 2, 3) the same where demonstrations are generated."""
    sizes_differ: bool
    """Whether any object has another size than in a demonstration."""

    @property
    def num_demos(self) -> int:
        """Number of demonstrations."""
        return len(self.names)

    @cached_property
    def object_inverse(self) -> torch.Tensor:
        """(D, O, T, 4, 4) from the environment's frame into each object's."""
        return math_utils.pose_inv(self.object_pose)

    @cached_property
    def in_hand(self) -> torch.Tensor:
        """(D, E, O, T, 3) each object's position in each end effector's frame [m]."""
        return offset_in_hand(self.eef_pose[:, :, None], self.object_pose[:, None])


def make_bank(
    demos: Sequence[SourceDemo],
    env: MimicEnv,
    subtasks: SubtaskTable,
    object_box: Mapping[str, np.ndarray] | None = None,
) -> SourceBank:
    """Cut demonstrations into segments and put them on the environment's device.

    Args:
        demos: The demonstrations.
        env: Says which part of an action is the gripper's, and what objects there are.
        subtasks: The task's subtasks.
        object_box: Lower and upper corner of the box around each object in its frame, (2, 3) [m]. An object that it
            does not name, or a demonstration does not, counts as of the same size in both.

    Raises:
        DatasetError: A demonstration cannot be cut as the configuration asks; says which and why.
    """
    device = env.device

    def padded(arrays: list[np.ndarray]) -> torch.Tensor:
        # Padded by the last sample, since zeros are no pose.
        longest = max(map(len, arrays))
        stacked = [np.concatenate([a, np.repeat(a[-1:], longest - len(a), axis=0)]) for a in arrays]
        return torch.as_tensor(np.stack(stacked), dtype=torch.float32, device=device)

    def poses(kind: str, names: Sequence[str]) -> torch.Tensor:
        return torch.stack([padded([getattr(demo, kind)[name] for demo in demos]) for name in names], dim=1)

    gripper = env.action_to_gripper(padded([demo.actions for demo in demos]))
    bounds = torch.zeros(len(demos), len(subtasks.eef_names), subtasks.max_subtasks, 2, dtype=torch.long)
    for index, demo in enumerate(demos):
        for eef in range(len(subtasks.eef_names)):
            segments = segment(demo, subtasks, eef)
            bounds[index, eef, : len(segments)] = torch.tensor(segments)
    # What is carried shows in the approach to the object, which segments leave out if paths are planned.
    whole = bounds.clone()
    whole[..., 1:, 0] = bounds[..., :-1, 1]
    eef_pose, object_pose = poses("eef_pose", subtasks.eef_names), poses("object_pose", env.object_names)
    num_bodies = len(env.object_names) - len(env.frame_names)
    held = find_held_objects(subtasks, eef_pose, object_pose[:, :num_bodies], whole)
    source_box, target_box = _boxes(demos, env.object_names, object_box or {})
    return SourceBank(
        names=tuple(demo.name for demo in demos),
        eef_pose=eef_pose,
        target_pose=poses("target_eef_pose", subtasks.eef_names),
        gripper=gripper.transpose(1, 2).contiguous(),
        object_pose=object_pose,
        bounds=bounds.to(device),
        num_bodies=num_bodies,
        held=held.to(device),
        any_held=bool((held >= 0).any()),
        source_box=source_box.to(device),
        target_box=target_box.to(device),
        sizes_differ=bool((source_box - target_box).abs().max() > _SAME) if len(env.object_names) else False,
    )


def _boxes(
    demos: Sequence[SourceDemo], names: Sequence[str], here: Mapping[str, np.ndarray]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the objects' boxes in the demonstrations, (D, O, 2, 3), and here, (O, 2, 3), on the CPU."""
    point = np.zeros((2, 3))
    target = np.stack([here.get(name, point) for name in names]) if names else np.zeros((0, 2, 3))
    source = np.repeat(target[None], len(demos), axis=0)
    for demo, boxes in zip(demos, source, strict=True):
        for index, name in enumerate(names):
            if name in here and name in demo.object_box:
                boxes[index] = demo.object_box[name]
    return torch.as_tensor(source, dtype=torch.float32), torch.as_tensor(target, dtype=torch.float32)


def draw_bounds(bank: SourceBank, subtasks: SubtaskTable, stream: torch.Tensor, exact_upstream: bool) -> torch.Tensor:
    """Shift the bounds of all segments at random, once per attempt.

    Args:
        bank: The demonstrations.
        subtasks: Says how far.
        stream: (K,) random stream of each attempt.
        exact_upstream: Ignore the upper bound of first_subtask_start_offset_range.

    Returns:
        (K, D, E, S, 2) int64; a segment begins where the one before it ends, unless paths are planned.
    """
    count = bank.bounds[..., 0].numel()
    low, high = subtasks.term_offset.expand(bank.num_demos, -1, -1, -1).reshape(count, 2).unbind(-1)
    bounds = bank.bounds.repeat(len(stream), 1, 1, 1, 1)
    bounds[..., 1] += randomness.integers(stream, 0, low, high).reshape(-1, *bank.bounds.shape[:-1])
    if subtasks.planned:
        low, high = subtasks.start_offset.expand(bank.num_demos, -1, -1, -1).reshape(count, 2).unbind(-1)
        bounds[..., 0] += randomness.integers(stream, 2, low, high).reshape(-1, *bank.bounds.shape[:-1])
    else:
        bounds[..., 1:, 0] = bounds[..., :-1, 1]
    low, high = subtasks.first_offset.expand(bank.num_demos, -1, -1).reshape(-1, 2).unbind(-1)
    first = randomness.integers(stream, 1, low, low if exact_upstream else high)
    bounds[..., 0, 0] += first.reshape(-1, *bank.bounds.shape[:2])
    return bounds


def longest_trajectory(bank: SourceBank, subtasks: SubtaskTable) -> int:
    """Return the largest number of waypoints of a subtask, interpolation included and planned paths not."""
    shifted = (
        subtasks.start_offset
        if subtasks.planned
        else torch.nn.functional.pad(subtasks.term_offset[:, :-1], (0, 0, 1, 0))
    )
    begin = bank.bounds[..., 0] + shifted[..., 0]
    longest = (bank.bounds[..., 1] + subtasks.term_offset[..., 1] - begin).amax(dim=0)
    # One more for the source's actual pose, which may be put in front of a segment.
    reach = longest + subtasks.num_interpolation + subtasks.num_fixed + 1
    return int(reach.max()) + max(0, -int(subtasks.first_offset.min()))
