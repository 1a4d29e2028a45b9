# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The source demonstrations, on the device, as one padded bank.

Segmentation follows isaaclab_mimic.datagen.datagen_info_pool of Isaac Lab 3.0.0: a subtask ends (exclusive) one sample
after the first sample at which its termination signal differs from the sample before; the last one runs to the end. It
begins where the one before it ends; if ways are planned (SkillGen), where its start signal first changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import isaaclab.utils.math as math_utils
import numpy as np
import torch

from .. import randomness
from ..errors import DatasetError
from .approach import approach_begins
from .contract import MimicEnv
from .held_objects import held_objects, offset_in_hand
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
    start_signals: dict[str, np.ndarray] = field(default_factory=dict)
    """The same, raised where a subtask's own part begins; only planned ways look at them."""


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

    @cached_property
    def object_inverse(self) -> torch.Tensor:
        """(D, O, T, 4, 4) from the environment's frame into each object's."""
        return math_utils.pose_inv(self.object_pose)

    @cached_property
    def in_hand(self) -> torch.Tensor:
        """(D, E, O, T, 3) each object's position in each end effector's frame [m]."""
        return offset_in_hand(self.eef_pose[:, :, None], self.object_pose[:, None])


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
    # What is carried is seen on the way to the object, which planned ways leave out.
    whole = bounds.clone()
    whole[..., 1:, 0] = bounds[..., :-1, 1]
    eef_pose, object_pose = poses("eef_pose", plan.eef_names), poses("object_pose", env.object_names)
    return SourceBank(
        names=tuple(demo.name for demo in demos),
        eef_pose=eef_pose,
        target_pose=poses("target_eef_pose", plan.eef_names),
        gripper=gripper.transpose(1, 2).contiguous(),
        object_pose=object_pose,
        bounds=bounds.to(device),
        held=held_objects(plan, eef_pose, object_pose, whole).to(device),
    )


def segment(demo: SourceDemo, plan: SubtaskPlan, eef: int) -> list[tuple[int, int]]:
    """Cut one demonstration for one end effector; checks that no random offset can make a segment empty.

    Returns:
        First step and end (exclusive) of each subtask.

    Raises:
        DatasetError: A signal never changes, or segments are out of order or may become empty.
    """
    name, signals = plan.eef_names[eef], plan.signals[eef]
    offsets, start_offsets = plan.term_offset[eef].tolist(), plan.start_offset[eef].tolist()
    segments: list[tuple[int, int]] = []
    end = free_from = 0
    for index, signal in enumerate(signals):
        start = end
        if index == len(signals) - 1:
            end = len(demo.actions)
        else:
            if signal not in demo.term_signals:
                raise DatasetError(
                    f"has no termination signal {signal!r} of {name}; this task does not tell when its subtasks end",
                    where=demo.name,
                    remedy="Mark its subtasks by hand.",
                )
            end = _first_change(demo, demo.term_signals[signal], f"signal {signal} of {name}") + 2
        # What the bounds before have been shifted by at most, and this one's at least.
        earliest_end = end + offsets[index][0]
        if plan.planned:
            low, high = start_offsets[index]
            start = _own_part(demo, plan, eef, index, start, end, range(free_from - low, earliest_end - high))
            if start + low < free_from:
                raise DatasetError(
                    f"subtask {index} of {name} may begin at step {start + low}, before the one before it has ended"
                    f" (step {free_from} at the latest)",
                    where=demo.name,
                    remedy="Correct its start mark, or make subtask_start_offset_range smaller.",
                )
            latest_start = start + high + (int(plan.first_offset[eef, 1]) if index == 0 else 0)
        else:
            latest_start = start + (offsets[index - 1][1] if index else int(plan.first_offset[eef, 1]))
        if earliest_end <= latest_start:
            raise DatasetError(
                f"subtask {index} of {name} may be empty: it ends at step {earliest_end} at the earliest and begins at"
                f" step {latest_start} at the latest",
                where=demo.name,
                remedy="Correct its marks, or make subtask_term_offset_range smaller.",
            )
        segments.append((start, end))
        free_from = end + offsets[index][1]
    if segments[0][0] + int(plan.first_offset[eef, 0]) < 0:
        raise DatasetError("first_subtask_start_offset_range begins before the first step", where=demo.name)
    return segments


def _first_change(demo: SourceDemo, signal: np.ndarray, what: str) -> int:
    """Return the last step before a signal first changes."""
    changes = np.flatnonzero(np.diff(np.asarray(signal).reshape(-1).astype(np.int64)))
    if len(changes) == 0:
        raise DatasetError(
            f"the {what} never changes, so its subtask has no {'start' if what.startswith('start') else 'end'}",
            where=demo.name,
            remedy="Mark it by hand, or leave this demonstration out.",
        )
    return int(changes[0])


def _own_part(demo: SourceDemo, plan: SubtaskPlan, eef: int, index: int, begin: int, end: int, allowed: range) -> int:
    """Return where what a subtask does begins, after the way to it: as marked, or found within what is `allowed`."""
    name, signal, item = plan.eef_names[eef], plan.signals[eef][index], plan.object_names[eef][index]
    if demo.start_signals and signal is not None:
        if signal not in demo.start_signals:
            raise DatasetError(
                f"has start signals, but none {signal!r} of {name}",
                where=demo.name,
                remedy="Mark all its starts by hand, or none.",
            )
        return _first_change(demo, demo.start_signals[signal], f"start signal {signal} of {name}") + 1
    if item is not None:
        begin = approach_begins(demo.eef_pose[name], demo.object_pose[item], begin, end)
    return max(allowed.start, min(begin, allowed.stop - 1))


def draw_bounds(bank: SourceBank, plan: SubtaskPlan, stream: torch.Tensor, exact_upstream: bool) -> torch.Tensor:
    """Shift every segment's bounds at random, once for an attempt.

    Args:
        bank: The demonstrations.
        plan: Says how far.
        stream: (K,) one stream per attempt.
        exact_upstream: Ignore the upper bound of first_subtask_start_offset_range.

    Returns:
        (K, D, E, S, 2) int64; a segment begins where the one before it ends, unless ways are planned.
    """
    count = bank.bounds[..., 0].numel()
    low, high = plan.term_offset.expand(bank.num_demos, -1, -1, -1).reshape(count, 2).unbind(-1)
    bounds = bank.bounds.repeat(len(stream), 1, 1, 1, 1)
    bounds[..., 1] += randomness.integers(stream, 0, low, high).reshape(-1, *bank.bounds.shape[:-1])
    if plan.planned:
        low, high = plan.start_offset.expand(bank.num_demos, -1, -1, -1).reshape(count, 2).unbind(-1)
        bounds[..., 0] += randomness.integers(stream, 2, low, high).reshape(-1, *bank.bounds.shape[:-1])
    else:
        bounds[..., 1:, 0] = bounds[..., :-1, 1]
    low, high = plan.first_offset.expand(bank.num_demos, -1, -1).reshape(-1, 2).unbind(-1)
    first = randomness.integers(stream, 1, low, low if exact_upstream else high)
    bounds[..., 0, 0] += first.reshape(-1, *bank.bounds.shape[:2])
    return bounds


def longest_trajectory(bank: SourceBank, plan: SubtaskPlan) -> int:
    """Return the most waypoints that a subtask can have, its way to the segment included, unless that is planned."""
    shifted = plan.start_offset if plan.planned else torch.nn.functional.pad(plan.term_offset[:, :-1], (0, 0, 1, 0))
    begin = bank.bounds[..., 0] + shifted[..., 0]
    longest = (bank.bounds[..., 1] + plan.term_offset[..., 1] - begin).amax(dim=0)
    # One more for the first actual pose, which may be put in front of a segment.
    reach = longest + plan.num_interpolation + plan.num_fixed + 1
    return int(reach.max()) + max(0, -int(plan.first_offset.min()))
