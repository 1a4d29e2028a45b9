# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The sources of batches: resident tensors in two orders, or robomimic's own loader."""

from collections.abc import Iterator
from typing import Any, Protocol

import torch
from torch.utils.data import DataLoader

from ... import randomness
from ...errors import LOOK_INTO, DatasetError, Remedy
from ..ranks import Ranks
from .sequences import Sequences


class Batches(Protocol):
    """A source of training batches, one epoch at a time."""

    one_pass: int
    """Number of batches in which every sequence occurs once."""

    def epoch(self, number: int, steps: int) -> Iterator[dict[str, Any]]:
        """Yield `steps` batches, for epoch `number` counted from 1."""
        ...


class KeyedBatches:
    """Resident batches in an order that depends on seed and epoch only, so that a resumed run has the same ones.

    Args:
        sequences: The sequences.
        batch_size: Number of sequences in a batch.
        seed: The training's seed.
        ranks: Which of several processes this is: it gets its share of the batches that one process would get.
    """

    def __init__(self, sequences: Sequences, batch_size: int, seed: int, ranks: Ranks | None = None):
        check_batch_size(sequences, batch_size)
        self.sequences, self._size, self._seed, self._ranks = sequences, batch_size, seed, ranks
        self.one_pass = len(sequences) // batch_size

    @property
    def weight(self) -> float:
        """Which part of each batch this process has."""
        return self._ranks.weight(self._size) if self._ranks else 1.0

    def epoch(self, number: int, steps: int) -> Iterator[dict[str, Any]]:
        generator = randomness.generator(self._seed, "training order", number)
        whole = len(self.sequences) // self._size * self._size
        passes = -(-steps * self._size // whole)
        order = torch.cat([torch.randperm(len(self.sequences), generator=generator)[:whole] for _ in range(passes)])
        for indices in order[: steps * self._size].to(self.sequences.device).split(self._size):
            yield self.sequences.batch(self._ranks.share(indices) if self._ranks else indices)


class SameBatches(KeyedBatches):
    """The same batches in every epoch, so that losses can be compared. With few sequences the batch is smaller."""

    def __init__(self, sequences: Sequences, batch_size: int, seed: int, ranks: Ranks | None = None):
        super().__init__(sequences, min(batch_size, len(sequences)), seed, ranks)

    def epoch(self, number: int, steps: int) -> Iterator[dict[str, Any]]:
        return super().epoch(0, steps)


class ExactBatches:
    """Resident batches in the order of robomimic's own loop: the same loader, with torch's global random generator."""

    def __init__(self, sequences: Sequences, batch_size: int):
        check_batch_size(sequences, batch_size)
        self._sequences = sequences
        self.one_pass = len(sequences) // batch_size
        numbers: Any = range(len(sequences))
        self._loader = DataLoader(numbers, batch_size, shuffle=True, drop_last=True, collate_fn=torch.as_tensor)

    def epoch(self, number: int, steps: int) -> Iterator[dict[str, Any]]:
        for indices in _endless(self._loader, steps):
            yield self._sequences.batch(indices.to(self._sequences.device))


class LoaderBatches:
    """robomimic's own dataset and loader, for data that is not kept on the device: images, goals, next_obs."""

    def __init__(self, dataset: Any, batch_size: int, workers: int):
        check_batch_size(dataset, batch_size)
        self.dataset = dataset
        self.one_pass = len(dataset) // batch_size
        self._loader = DataLoader(
            dataset,
            batch_size,
            shuffle=True,
            drop_last=True,
            num_workers=workers,
            persistent_workers=workers > 0,
        )

    def epoch(self, number: int, steps: int) -> Iterator[dict[str, Any]]:
        try:
            yield from _endless(self._loader, steps)
        except OSError as error:
            # The loader reads images only when a batch needs them.
            raise DatasetError(
                f"a picture is damaged and cannot be read ({error})",
                where=self.dataset.hdf5_path,
                remedy=Remedy("Copy the file again; mimic check names what is damaged.", LOOK_INTO),
            ) from error


def load_batches(config: Any) -> tuple[LoaderBatches, LoaderBatches | None]:
    """Return the batches of robomimic's loader for training and, if there is a validation, for validation."""
    from robomimic.utils.train_utils import load_data_for_training

    size, workers = config.train.batch_size, config.train.num_data_workers
    training, validation = load_data_for_training(config, obs_keys=config.all_obs_keys)
    # The number of loader processes for validation is that of robomimic's scripts/train.py.
    return (
        LoaderBatches(training, size, workers),
        None if validation is None else LoaderBatches(validation, size, min(workers, 1)),
    )


def check_batch_size(sequences: Any, batch_size: int) -> None:
    """Check that there are enough sequences for one batch.

    Raises:
        DatasetError: There are not.
    """
    if batch_size > len(sequences):
        raise DatasetError(
            f"holds {len(sequences)} training sequences, less than one batch of {batch_size}",
            where=str(getattr(sequences, "path", "") or getattr(sequences, "hdf5_path", "")) or None,
            remedy="Lower train.batch_size in --config, or generate more demonstrations.",
        )


def _endless(loader: DataLoader, steps: int) -> Iterator[Any]:
    """Yield batches as robomimic's `run_epoch` does: with a new iterator per epoch, and whenever one is exhausted."""
    iterator = iter(loader)
    for _ in range(steps):
        try:
            batch = next(iterator)
        except StopIteration:
            iterator = iter(loader)
            batch = next(iterator)
        yield batch
