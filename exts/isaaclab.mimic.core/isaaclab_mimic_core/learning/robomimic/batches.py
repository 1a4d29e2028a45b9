# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Where batches come from: resident tensors in two orders, or robomimic's own loader."""

from collections.abc import Iterator
from typing import Any, Protocol

import torch
from torch.utils.data import DataLoader

from .. import randomness
from ..errors import DatasetError
from .sequences import Sequences


class Batches(Protocol):
    """A source of training batches, asked for one epoch at a time."""

    def epoch(self, number: int, steps: int) -> Iterator[dict[str, Any]]:
        """Yield `steps` batches, for epoch `number` counted from 1."""
        ...


class KeyedBatches:
    """Resident batches in an order that only seed and epoch decide, so that a resumed run sees the same ones."""

    def __init__(self, sequences: Sequences, batch_size: int, seed: int):
        check_batch_size(sequences, batch_size)
        self._sequences, self._size, self._seed = sequences, batch_size, seed

    def epoch(self, number: int, steps: int) -> Iterator[dict[str, Any]]:
        key = randomness.streams(self._seed, "training order", torch.tensor(number))
        generator = torch.Generator().manual_seed(int(key))
        whole = len(self._sequences) // self._size * self._size
        passes = -(-steps * self._size // whole)
        order = torch.cat([torch.randperm(len(self._sequences), generator=generator)[:whole] for _ in range(passes)])
        for indices in order[: steps * self._size].to(self._sequences.device).split(self._size):
            yield self._sequences.batch(indices)


class ExactBatches:
    """Resident batches in the order of robomimic's loop, drawn by the same loader from torch's global generator."""

    def __init__(self, sequences: Sequences, batch_size: int):
        check_batch_size(sequences, batch_size)
        self._sequences = sequences
        numbers: Any = range(len(sequences))
        self._loader = DataLoader(numbers, batch_size, shuffle=True, drop_last=True, collate_fn=torch.as_tensor)

    def epoch(self, number: int, steps: int) -> Iterator[dict[str, Any]]:
        for indices in _endless(self._loader, steps):
            yield self._sequences.batch(indices.to(self._sequences.device))


class LoaderBatches:
    """robomimic's own dataset and loader, for what cannot be held on the device: images, goals, filter keys."""

    def __init__(self, config: Any):
        from robomimic.utils.train_utils import load_data_for_training

        dataset, _ = load_data_for_training(config, obs_keys=config.all_obs_keys)
        check_batch_size(dataset, config.train.batch_size)
        self.dataset = dataset
        workers = config.train.num_data_workers
        self._loader = DataLoader(
            dataset,
            config.train.batch_size,
            shuffle=True,
            drop_last=True,
            num_workers=workers,
            persistent_workers=workers > 0,
        )

    def epoch(self, number: int, steps: int) -> Iterator[dict[str, Any]]:
        yield from _endless(self._loader, steps)


def check_batch_size(sequences: Any, batch_size: int) -> None:
    """Make sure that one batch can be filled.

    Raises:
        DatasetError: It cannot.
    """
    if batch_size > len(sequences):
        raise DatasetError(
            f"holds {len(sequences)} training sequences, less than one batch of {batch_size}",
            where=str(getattr(sequences, "path", "")) or None,
            remedy="Lower train.batch_size in --config, or generate more demonstrations.",
        )


def _endless(loader: DataLoader, steps: int) -> Iterator[Any]:
    """Yield batches as robomimic's `run_epoch` does: a new iterator an epoch, and whenever one is used up."""
    iterator = iter(loader)
    for _ in range(steps):
        try:
            batch = next(iterator)
        except StopIteration:
            iterator = iter(loader)
            batch = next(iterator)
        yield batch
