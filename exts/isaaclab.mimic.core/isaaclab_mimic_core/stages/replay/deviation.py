# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Measure how far a replay deviates from the recorded states, and since when."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from ...datasets import Episode
from ...datasets.layout import ROOT_POSE, STATES

JOINTS = "joint_position"


@dataclass(frozen=True)
class Strayed:
    """The largest deviations of one demonstration's replay."""

    joints: float
    """Largest difference of a joint's position [rad, m]."""
    positions: float
    """Largest distance of an object from where it was [m]."""
    turns: float
    """Largest angle between an object's orientations [rad]."""
    began_at: int | None
    """First step after which one of them was above the tolerance; None if none ever was."""
    worst_at: int | None
    """Step after which the largest of them was reached; None if all are zero."""
    worst: str
    """What that was: the path of the state."""


class Deviation:
    """Compares every environment's state with what was recorded, a step at a time.

    Args:
        num_envs: How many environments.
        longest: Steps of the longest demonstration.
        example: A demonstration with its states, which tells what there is to compare.
        tolerance: From this difference on a state has strayed [rad, m].
        device: Where the environments are.
    """

    def __init__(self, num_envs: int, longest: int, example: Episode, tolerance: float, device: torch.device):
        self._tolerance = tolerance
        self._everyone = torch.arange(num_envs, device=device)
        self._recorded: dict[str, torch.Tensor] = {}
        for path, values in example.group(STATES).items():
            kind, *_, what = path.split("/")
            if (kind, what) == ("rigid_object", ROOT_POSE) or (kind, what) == ("articulation", JOINTS):
                self._recorded[path] = torch.zeros(num_envs, longest, values.shape[-1], device=device)
        self._objects = [path for path in self._recorded if path.endswith(ROOT_POSE)]
        self._joints = [path for path in self._recorded if path.endswith(JOINTS)]
        # Columns: joints, then positions, then orientations.
        self._columns = [*self._joints, *self._objects, *self._objects]
        count = len(self._columns)
        self._largest = torch.zeros(num_envs, count, device=device)
        self._largest_at = torch.full((num_envs, count), -1, dtype=torch.long, device=device)
        self._began_at = torch.full((num_envs,), -1, dtype=torch.long, device=device)

    def begin(self, env_id: int, episode: Episode) -> None:
        """Load what was recorded of the demonstration that an environment begins."""
        for path, buffer in self._recorded.items():
            values = torch.as_tensor(episode.data[f"{STATES}/{path}"], dtype=torch.float32)
            buffer[env_id, : len(values)] = values.to(buffer.device)
        self._largest[env_id], self._largest_at[env_id], self._began_at[env_id] = 0.0, -1, -1

    def compare(self, state: Mapping[str, torch.Tensor], step: torch.Tensor, playing: torch.Tensor) -> None:
        """Compare states after a step.

        Args:
            state: Of every environment, as `BatchedEnv.state` returns it.
            step: (num_envs,) int64 which step of its demonstration each has made.
            playing: (num_envs,) bool which of them count.
        """
        gaps = []
        pairs = {
            path: (state[path], buffer[self._everyone, step.clamp(max=buffer.shape[1] - 1)])
            for path, buffer in self._recorded.items()
        }
        for path in self._joints:
            now, then = pairs[path]
            gaps.append((now - then).abs().amax(dim=1))
        for path in self._objects:
            now, then = pairs[path]
            gaps.append((now[:, :3] - then[:, :3]).norm(dim=1))
        for path in self._objects:
            now, then = pairs[path]
            # Of the two quaternions that mean the orientation the nearer; the arc sine is exact near zero.
            nearer = torch.where((now[:, 3:] * then[:, 3:]).sum(dim=1, keepdim=True) < 0, -then[:, 3:], then[:, 3:])
            gaps.append(4 * torch.asin(((now[:, 3:] - nearer).norm(dim=1) / 2).clamp(max=1.0)))
        gap = torch.where(playing[:, None], torch.stack(gaps, dim=1).nan_to_num(nan=torch.inf), 0.0)
        larger = gap > self._largest
        self._largest = torch.where(larger, gap, self._largest)
        self._largest_at = torch.where(larger, step[:, None], self._largest_at)
        began = (gap > self._tolerance).any(dim=1) & (self._began_at < 0)
        self._began_at = torch.where(began, step, self._began_at)

    def result(self, env_id: int) -> Strayed:
        """Return how far an environment's demonstration has strayed so far."""
        largest = self._largest[env_id].tolist()
        at = self._largest_at[env_id].tolist()
        num_joints, num_objects = len(self._joints), len(self._objects)
        worst = max(range(len(largest)), key=largest.__getitem__, default=-1)
        nothing = worst < 0 or largest[worst] == 0.0
        began = int(self._began_at[env_id])
        return Strayed(
            joints=max(largest[:num_joints], default=0.0),
            positions=max(largest[num_joints : num_joints + num_objects], default=0.0),
            turns=max(largest[num_joints + num_objects :], default=0.0),
            began_at=began if began >= 0 else None,
            worst_at=None if nothing else at[worst],
            worst="" if nothing else self._columns[worst],
        )
