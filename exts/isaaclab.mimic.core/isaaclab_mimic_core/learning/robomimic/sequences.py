# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""All demonstrations of a dataset as tensors on the device, cut into training sequences by indexing.

A batch equals that of robomimic's `SequenceDataset` and a `DataLoader` for the same indices. A sequence has
`frame_stack - 1 + seq_length` rows; beyond the ends of a demonstration its first or last row is repeated.
"""

from typing import Any

import numpy as np
import torch

from ...errors import LOOK_INTO, DatasetError, MimicError, Remedy
from ...memory import free_memory
from .demonstrations import Demonstrations

_OUT_OF = "Train on fewer demonstrations, or on another --device."


def can_be_resident(config: Any) -> bool:
    """Whether `Sequences` supports a robomimic configuration: it has no images, goals or next_obs."""
    observation, train = config.observation.modalities, config.train
    only_numbers = all(
        not names for group in observation.values() for kind, names in group.items() if kind != "low_dim"
    )
    goals = any(names for kind, group in observation.items() if kind != "obs" for names in group.values())
    return only_numbers and not goals and not (train.goal_mode or train.hdf5_load_next_obs)


class Sequences:
    """The sequences of demonstrations.

    Args:
        demonstrations: The demonstrations of the dataset.
        names: Names of those to use.
        dataset_keys: Arrays of a batch besides observations; those missing in the file are zeros, as in robomimic.
        seq_length: Rows of a sequence that are trained on.
        frame_stack: Rows that the policy sees: the current one and those before it.
        pad_seq_length: Whether sequences may extend beyond a demonstration's end.
        pad_frame_stack: Whether they may extend before its beginning.
        device: Device of the tensors.
        copies: How many processes of this machine read them at the same time, each for itself.

    Raises:
        DatasetError: A demonstration lacks an array, or has values that cannot be trained on.
        MimicError: There is not enough memory.
    """

    def __init__(
        self,
        demonstrations: Demonstrations,
        names: list[str],
        dataset_keys: list[str],
        seq_length: int,
        frame_stack: int,
        pad_seq_length: bool,
        pad_frame_stack: bool,
        device: str,
        copies: int = 1,
    ):
        self.path = demonstrations.path
        self.device = torch.device(device)
        self._check_memory(demonstrations, copies)
        episodes = list(demonstrations.read(names))
        self.lengths = np.array([len(episode["actions"]) for episode in episodes])
        self._names = names
        values = {path: self._stack(episodes, path) for path in demonstrations.paths}
        self.obs = {key: values[f"obs/{key}"] for key in demonstrations.obs_keys}
        self.other = {
            key: values[key] if key in values else torch.zeros(int(self.lengths.sum()), 1, device=self.device)
            for key in dataset_keys
        }
        self._index(seq_length, frame_stack, pad_seq_length, pad_frame_stack)

    def __len__(self) -> int:
        return len(self._start)

    @property
    def action_dim(self) -> int:
        return self.other["actions"].shape[-1]

    def statistics(self) -> dict[str, dict[str, np.ndarray]]:
        """Return mean and standard deviation of each observation's dimensions, as robomimic defines them.

        Returns:
            Per observation `mean` and `std`, each (1, ...) float32; `std` has 1e-3 added, so that a constant dimension
            stays finite (robomimic's `SequenceDataset.normalize_obs`).
        """
        stats = {}
        for key, value in self.obs.items():
            exact = value.double()
            deviation = exact.std(dim=0, correction=0, keepdim=True) + 1e-3
            stats[key] = {
                "mean": exact.mean(dim=0, keepdim=True).float().cpu().numpy(),
                "std": deviation.float().cpu().numpy(),
            }
        return stats

    def normalise(self, stats: dict[str, dict[str, np.ndarray]]) -> None:
        """Normalise all observations in place, once for all batches."""
        for key, value in self.obs.items():
            mean, std = (torch.as_tensor(stats[key][name], device=self.device) for name in ("mean", "std"))
            value.sub_(mean).div_(std)

    def batch(self, indices: torch.Tensor) -> dict[str, Any]:
        """Return the sequences with these numbers, `indices` (B,) int64 on the device, as arrays (B, T, ...)."""
        rows = self._start[indices, None] + self._offsets
        rows = torch.minimum(torch.maximum(rows, self._begin[indices, None]), self._last[indices, None])
        batch: dict[str, Any] = {key: value[rows] for key, value in self.other.items()}
        batch["obs"] = {key: value[rows] for key, value in self.obs.items()}
        return batch

    def _index(self, seq_length: int, frame_stack: int, pad_seq_length: bool, pad_frame_stack: bool) -> None:
        skip = 0 if pad_frame_stack else frame_stack - 1
        counts = self.lengths - skip - (0 if pad_seq_length else seq_length - 1)
        if pad_seq_length:
            counts = np.maximum(counts, 1)
        if (counts < 1).any():
            short = int(np.argmin(counts))
            raise DatasetError(
                f"has {self.lengths[short]} samples, less than one sequence of {frame_stack - 1 + seq_length}",
                where=f"{self.path}, {self._names[short]}",
                remedy="Set pad_seq_length in the configuration, or drop it.",
            )
        begins = np.concatenate([[0], np.cumsum(self.lengths)[:-1]])
        starts = np.concatenate(
            [np.arange(begin + skip, begin + skip + count) for begin, count in zip(begins, counts, strict=True)]
        )
        self._start = torch.as_tensor(starts, device=self.device)
        self._begin = torch.as_tensor(np.repeat(begins, counts), device=self.device)
        self._last = torch.as_tensor(np.repeat(begins + self.lengths - 1, counts), device=self.device)
        self._offsets = torch.arange(1 - frame_stack, seq_length, device=self.device)

    def _stack(self, episodes: list[dict[str, np.ndarray]], path: str) -> torch.Tensor:
        with np.errstate(over="ignore"):
            stacked = np.concatenate([episode.pop(path) for episode in episodes]).astype(np.float32, copy=False)
        if not np.isfinite(stacked).all():
            row = int(np.argwhere(~np.isfinite(stacked))[0][0])
            number = int(np.searchsorted(np.cumsum(self.lengths), row, side="right"))
            raise DatasetError(
                f"{path} is too large for float32, in which policies are trained",
                where=f"{self.path}, {self._names[number]}",
                remedy=Remedy("Drop this demonstration (mimic drop), or record it again.", LOOK_INTO),
            )
        return torch.tensor(stacked, device=self.device)

    def _check_memory(self, demonstrations: Demonstrations, copies: int) -> None:
        """Compare the size of the tensors with the free memory, before they are allocated."""
        if self.device.type == "cuda":
            free = torch.cuda.mem_get_info(self.device)[0]
        else:
            free = free_memory() / copies
        # On the CPU the file's arrays and the tensors are in memory at the same time.
        if (wanted := 2 * 4 * demonstrations.size) > free:
            count = len(demonstrations.train) + len(demonstrations.valid)
            raise MimicError(
                f"needs {wanted / 2**30:.1f} GiB of memory for {count} demonstrations; {free / 2**30:.1f} GiB are free",
                where=str(self.path),
                remedy=_OUT_OF,
            )
