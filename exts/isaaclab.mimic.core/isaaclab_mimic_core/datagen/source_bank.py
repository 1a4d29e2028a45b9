# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The source demonstrations, on the device, as one padded bank.

Segmentation follows isaaclab_mimic.datagen.datagen_info_pool of Isaac Lab 3.0.0: a subtask ends (exclusive) one sample
after the first sample at which its termination signal differs from the sample before; the last one runs to the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from .. import randomness
from ..errors import DatasetError
from .contract import MimicEnv
from .held_objects import held_objects
from .plan import SubtaskPlan


@dataclass(frozen=True)
class SourceDemo:
    """One annotated demonstration of T steps, as read from a file."""

    name: str
    actions: np.ndarray
    """(T, action_dim)"""
    eef_pose: dict[str, np.ndarray]
    """Per end effector (T, 4, 4), environment frame [m]."""
    target_eef_pose: dict[str, np.ndarray]
    object_pose: dict[str, np.ndarray]
    term_signals: dict[str, np.ndarray]
    """Per signal (T,), anything that can be compared."""


@dataclass(frozen=True)
class SourceBank:
    """D demonstrations padded to T steps, E end effectors, O objects, S subtasks."""

    names: tuple[str, ...]
    eef_pose: torch.Tensor
    """(D, E, T, 4, 4)"""
    target_pose: torch.Tensor
    """(D, E, T, 4, 4)"""
    gripper: torch.Tensor
    """(D, E, T, G)"""
    object_pose: torch.Tensor
    """(D, O, T, 4, 4)"""
    bounds: torch.Tensor
    """(D, E, S, 2) int64: first step and end (exclusive) of each segment before random offsets."""
    held: torch.Tensor
    """(E, S) int64: index of the object that is carried in a subtask, -1 for none."""

    @property
    def num_demos(self) -> int:
        return len(self.names)


def make_bank(demos: Sequence[SourceDemo], env: MimicEnv, plan: SubtaskPlan) -> SourceBank:
    """Segment demonstrations and put them on the environment's device.

    Raises:
        DatasetError: A demonstration cannot be cut as the configuration asks; says which and why.
    """
    device = env.device

    def padded(arrays: list[np.ndarray]) -> torch.Tensor:
        # The last sample repeated is a pose, which zeros would not be.
        longest = max(map(len, arrays))
        stacked = [np.concatenate([a, np.repeat(a[-1:], longest - len(a), axis=0)]) for a in arrays]
        return torch.as_tensor(np.stack(stacked), dtype=torch.float32, device=device)

    def poses(kind: str, names: Sequence[str]) -> torch.Tensor:
        return torch.stack([padded([getattr(demo, kind)[name] for demo in demos]) for name in names], dim=1)

    gripper = env.action_to_gripper(padded([demo.actions for demo in demos]))
    bounds = torch.zeros(len(demos), len(plan.eef_names), plan.max_subtasks, 2, dtype=torch.long)
    for index, demo in enumerate(demos):
        for eef in range(len(plan.eef_names)):
            segments = segment(demo, plan, eef)
            bounds[index, eef, : len(segments)] = torch.tensor(segments)
    eef_pose, object_pose = poses("eef_pose", plan.eef_names), poses("object_pose", env.object_names)
    return SourceBank(
        names=tuple(demo.name for demo in demos),
        eef_pose=eef_pose,
        target_pose=poses("target_eef_pose", plan.eef_names),
        gripper=gripper.transpose(1, 2).contiguous(),
        object_pose=object_pose,
        bounds=bounds.to(device),
        held=held_objects(plan, eef_pose, object_pose, bounds).to(device),
    )


def segment(demo: SourceDemo, plan: SubtaskPlan, eef: int) -> list[tuple[int, int]]:
    """Cut one demonstration for one end effector; checks that no random offset can make a segment empty.

    Returns:
        First step and end (exclusive) of each subtask.

    Raises:
        DatasetError: A signal never changes, or segments are out of order or may become empty.
    """
    name, signals = plan.eef_names[eef], plan.signals[eef]
    offsets = plan.term_offset[eef].tolist()
    segments: list[tuple[int, int]] = []
    start = 0
    for index, signal in enumerate(signals):
        if index == len(signals) - 1:
            end = len(demo.actions)
        else:
            if signal not in demo.term_signals:
                raise DatasetError(
                    f"has no termination signal {signal!r} of {name}; this task does not tell when its subtasks end",
                    where=demo.name,
                    remedy="Mark its subtasks by hand.",
                )
            values = np.asarray(demo.term_signals[signal]).reshape(-1).astype(np.int64)
            changes = np.flatnonzero(np.diff(values))
            if len(changes) == 0:
                raise DatasetError(
                    f"the signal {signal} of {name} never changes, so its subtask has no end",
                    where=demo.name,
                    remedy="Mark it by hand, or leave this demonstration out.",
                )
            end = int(changes[0]) + 2
        latest_start = start + (offsets[index - 1][1] if index else int(plan.first_offset[eef, 1]))
        earliest_end = end + offsets[index][0]
        if earliest_end <= latest_start:
            raise DatasetError(
                f"subtask {index} of {name} may be empty: it ends at step {earliest_end} at the earliest and begins at"
                f" step {latest_start} at the latest",
                where=demo.name,
                remedy="Correct its marks, or make subtask_term_offset_range smaller.",
            )
        segments.append((start, end))
        start = end
    if segments[0][0] + int(plan.first_offset[eef, 0]) < 0:
        raise DatasetError("first_subtask_start_offset_range begins before the first step", where=demo.name)
    return segments


def draw_bounds(bank: SourceBank, plan: SubtaskPlan, stream: torch.Tensor, exact_upstream: bool) -> torch.Tensor:
    """Shift every segment's bounds at random, once for an attempt.

    Args:
        bank: The demonstrations.
        plan: Says how far.
        stream: (K,) one stream per attempt.
        exact_upstream: Ignore the upper bound of first_subtask_start_offset_range.

    Returns:
        (K, D, E, S, 2) int64; a segment begins where the one before it ends.
    """
    count = bank.bounds[..., 0].numel()
    low, high = plan.term_offset.expand(bank.num_demos, -1, -1, -1).reshape(count, 2).unbind(-1)
    bounds = bank.bounds.repeat(len(stream), 1, 1, 1, 1)
    bounds[..., 1] += randomness.integers(stream, 0, low, high).reshape(-1, *bank.bounds.shape[:-1])
    bounds[..., 1:, 0] = bounds[..., :-1, 1]
    low, high = plan.first_offset.expand(bank.num_demos, -1, -1).reshape(-1, 2).unbind(-1)
    first = randomness.integers(stream, 1, low, low if exact_upstream else high)
    bounds[..., 0, 0] += first.reshape(-1, *bank.bounds.shape[:2])
    return bounds


def longest_trajectory(bank: SourceBank, plan: SubtaskPlan) -> int:
    """Return the most waypoints that a subtask can have, its way to the segment included."""
    begin = bank.bounds[..., 0] + torch.nn.functional.pad(plan.term_offset[:, :-1, 0], (1, 0))
    longest = (bank.bounds[..., 1] + plan.term_offset[..., 1] - begin).amax(dim=0)
    # One more for the first actual pose, which may be put in front of a segment.
    reach = longest + plan.num_interpolation + plan.num_fixed + 1
    return int(reach.max()) + max(0, -int(plan.first_offset.min()))
