# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Training a robomimic model epoch by epoch, in slices, and its state between two epochs.

Follows robomimic's scripts/train.py: seeds, model, epochs of a fixed number of steps, schedules at their ends,
checkpoints by `TrainUtils.save_model`.
"""

import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..errors import ConfigError, DatasetError, MimicError
from ..files import write_atomically
from .action_units import ActionUnits, output_layer
from .batches import ExactBatches, KeyedBatches, LoaderBatches
from .config import normalises_actions
from .sequences import Sequences, can_be_resident
from .steps import FusedStep, RobomimicStep, choose_precision


class Trainer:
    """A model, its data and its optimiser.

    Args:
        config: robomimic's configuration, `train.data` set.
        device: `cpu` or `cuda:<index>`.
        exact: Reproduce robomimic's own loop to the bit.
        precision: `auto`, `float32` or `bfloat16` (see `steps.choose_precision`).

    Raises:
        MimicError: The data cannot be trained on, or there is not enough memory; found before the first epoch.
    """

    def __init__(self, config: Any, device: str, exact: bool, precision: str):
        from robomimic.algo import algo_factory
        from robomimic.utils import obs_utils

        self.config, self.device = config, torch.device(device)
        np.random.seed(config.train.seed)
        torch.manual_seed(config.train.seed)
        obs_utils.initialize_obs_utils_with_config(config)
        if not can_be_resident(config):
            if config.train.hdf5_normalize_obs:
                raise ConfigError(
                    "robomimic 0.3.0 cannot normalise observations beside images, goals or filters",
                    where="train.hdf5_normalize_obs",
                    remedy="Set it to false.",
                )
        elif exact and config.train.hdf5_normalize_obs:
            raise ConfigError(
                "robomimic 0.3.0's own loop fails on normalised observations, so there is nothing to reproduce",
                where="--exact",
                remedy="Leave out --exact, or set train.hdf5_normalize_obs to false.",
            )
        self.shapes = _shapes(config)
        self.model = algo_factory(
            config.algo_name,
            config,
            obs_key_shapes=self.shapes["all_shapes"],
            ac_dim=self.shapes["ac_dim"],
            device=self.device,
        )
        self.normalisation: dict | None = None
        self.batches = self._batches(exact)
        fused = not exact and FusedStep.serves(self.model) and can_be_resident(config)
        self.precision = choose_precision(precision, self.model, fused)
        units = self._action_units(fused)
        self._step = FusedStep(self.model, self.precision, units) if fused else RobomimicStep(self.model)
        self.env_meta = _env_meta(config.train.data)
        self.steps_per_epoch = config.experiment.epoch_every_n_steps or self._one_pass()
        self.epoch = 0

    def rehearse(self) -> None:
        """Run one batch forward and backward, and forget it: memory that is too small shows before the first epoch.

        Raises:
            MimicError: There is not enough memory.
        """
        generator = torch.get_rng_state()
        before = {name: value.clone() for name, value in self.model.serialize().items()}
        optimisers = [optimiser.state_dict() for optimiser in _flat(self.model.optimizers)]
        try:
            self.model.set_train()
            for batch in self.batches.epoch(0, 1):
                self._step(batch, 1)
        except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
            if isinstance(error, RuntimeError) and "memory" not in str(error).lower():
                raise
            raise MimicError(
                f"a batch of {self.config.train.batch_size} sequences does not fit into the memory of {self.device}",
                where="train.batch_size",
                remedy="Lower it in --config, or choose another --device.",
            ) from error
        self.model.deserialize(before)
        for optimiser, state in zip(_flat(self.model.optimizers), optimisers, strict=True):
            optimiser.load_state_dict(state)
            optimiser.zero_grad(set_to_none=True)
        torch.set_rng_state(generator)

    def begin_epoch(self) -> None:
        """Start the next epoch; `advance` then makes its steps."""
        self.epoch += 1
        self.model.set_train()
        self._coming = self.batches.epoch(self.epoch, self.steps_per_epoch)
        self._losses: list[torch.Tensor] = []
        self._began = time.perf_counter()
        self.seconds = 0.0

    def advance(self, seconds: float) -> bool:
        """Make steps for about so long; return whether the epoch is over.

        A clock is read after every step, but nothing waits for the device before the slice's end.
        """
        until = time.perf_counter() + seconds
        for batch in self._coming:
            self._losses.append(self._step(batch, self.epoch))
            if time.perf_counter() > until:
                break
        if len(self._losses) < self.steps_per_epoch:
            return False
        self._coming.close()
        self.model.on_epoch_end(self.epoch)
        self.loss = float(torch.stack(self._losses).double().mean())
        self.seconds = time.perf_counter() - self._began
        return True

    @property
    def steps_done(self) -> int:
        """Steps made in this epoch."""
        return len(self._losses) if self.epoch else 0

    @property
    def learning_rate(self) -> float:
        return _flat(self.model.optimizers)[0].param_groups[0]["lr"]

    def save_checkpoint(self, path: Path) -> None:
        """Write the policy as robomimic's checkpoint, normalisation included."""
        from robomimic.utils.train_utils import save_model

        write_atomically(
            path,
            lambda beside: save_model(
                self.model,
                self.config,
                env_meta=self.env_meta,
                shape_meta=self.shapes,
                ckpt_path=str(beside),
                obs_normalization_stats=self.normalisation,
            ),
        )

    def save_state(self, path: Path, more: dict) -> None:
        """Write all that the next epoch depends on."""
        state = {
            "epoch": self.epoch,
            "model": self.model.serialize(),
            "optimisers": [optimiser.state_dict() for optimiser in _flat(self.model.optimizers)],
            "schedules": [schedule and schedule.state_dict() for schedule in _flat(self.model.lr_schedulers)],
            "torch_generator": torch.get_rng_state(),
            "more": more,
        }
        write_atomically(path, lambda beside: torch.save(state, beside))

    def load_state(self, path: Path) -> dict:
        """Go back to a state that was saved, and return what was saved with it.

        Raises:
            MimicError: The file is damaged.
        """
        try:
            state = torch.load(path, map_location=self.device, weights_only=True)
        except Exception as error:
            raise MimicError("is damaged", where=str(path), remedy="Start the run again.") from error
        self.epoch = state["epoch"]
        self.model.deserialize(state["model"])
        for optimiser, saved in zip(_flat(self.model.optimizers), state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)
        for schedule, saved in zip(_flat(self.model.lr_schedulers), state["schedules"], strict=True):
            if schedule is not None:
                schedule.load_state_dict(saved)
        torch.set_rng_state(state["torch_generator"].cpu())
        return state["more"]

    def _batches(self, exact: bool) -> Any:
        train = self.config.train
        if not can_be_resident(self.config):
            return LoaderBatches(self.config)
        sequences = Sequences(
            train.data,
            list(self.config.all_obs_keys),
            list(train.dataset_keys),
            train.seq_length,
            train.frame_stack,
            train.pad_seq_length,
            train.pad_frame_stack,
            str(self.device),
        )
        self.sequences = sequences
        if train.hdf5_normalize_obs:
            self.normalisation = sequences.statistics()
            sequences.normalise(self.normalisation)
        if exact:
            return ExactBatches(sequences, train.batch_size)
        return KeyedBatches(sequences, train.batch_size, train.seed)

    def _action_units(self, fused: bool) -> ActionUnits | None:
        if not normalises_actions(self.config):
            return None
        layer = output_layer(self.model) if fused else None
        if layer is None:
            raise ConfigError(
                "actions can be normalised for robomimic's bc on observations without images, and not with --exact",
                where="train.action_config",
                remedy="Leave it out of the configuration.",
            )
        return ActionUnits(layer, self.sequences.other["actions"])

    def _one_pass(self) -> int:
        data = getattr(self, "sequences", None) or self.batches.dataset
        return len(data) // self.config.train.batch_size


def _flat(by_name: dict) -> list:
    """Return robomimic's optimisers or schedules as a list; some algorithms keep several under one name."""
    found = []
    for value in by_name.values():
        found += value if isinstance(value, list) else [value]
    return found


def _shapes(config: Any) -> dict:
    from robomimic.utils.file_utils import get_shape_metadata_from_dataset

    from ..datasets import DatasetReader
    from .sequences import check_observations

    with DatasetReader(config.train.data) as reader:
        check_observations(reader, list(config.all_obs_keys))
        if not reader.has(reader.episode_names[0], "actions"):
            raise DatasetError("has no actions", where=config.train.data, remedy="Give a dataset of demonstrations.")
    return get_shape_metadata_from_dataset(config.train.data, all_obs_keys=config.all_obs_keys)


def _env_meta(path: str) -> dict:
    from ..datasets import DatasetReader

    with DatasetReader(path) as reader:
        return reader.env_args
