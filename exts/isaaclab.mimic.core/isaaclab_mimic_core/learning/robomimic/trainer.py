# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Train a robomimic model epoch by epoch, in slices of time, and save its state between two epochs.

It follows robomimic's scripts/train.py: seeds, model, epochs with a fixed number of steps, schedules stepped after each
epoch, checkpoints by `TrainUtils.save_model`.
"""

import io
import math
import time
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ... import randomness
from ...errors import ConfigError, MimicError
from ...files import write_atomically
from ..ranks import Ranks
from .action_range import KEY, ActionRange, NormalisedBatches, range_to_learn
from .action_units import ActionUnits, output_layer
from .batches import Batches, ExactBatches, KeyedBatches, SameBatches, load_batches
from .config import action_normalisation
from .demonstrations import Demonstrations, check_for_loader, find_demonstrations
from .images import ImageCheck, image_keys
from .policy import BatchedPolicy
from .sequences import Sequences, can_be_resident
from .steps import FusedStep, RobomimicStep, choose_precision, validation_loss


class Pass:
    """The batches that every epoch goes through, and their losses.

    Args:
        batches: The batches.
        steps: How many an epoch has; None or 0: as many as show every sequence once.
        ranks: The processes that share them.
    """

    def __init__(self, batches: Batches, steps: int | None, ranks: Ranks | None = None):
        self.batches, self._ranks = batches, ranks
        self.steps: int = steps or batches.one_pass
        self.losses: list[torch.Tensor] = []
        """Loss of each batch of the epoch that is going on; of several processes each has its part."""
        self.loss: float | None = None
        """Mean loss of the last epoch that ended."""

    def epoch(self, number: int) -> Iterator[dict[str, Any]]:
        """Yield the batches of an epoch, counted from 1."""
        return self.batches.epoch(number, self.steps)

    def end_epoch(self) -> None:
        """Compute the epoch's loss.

        Raises:
            MimicError: It is not finite.
        """
        if not self.losses:
            return
        loss = float(torch.stack(self.losses).double().mean())
        if self._ranks is not None:
            loss = self._ranks.sum(loss)
        if not math.isfinite(loss):
            raise MimicError(
                "the loss is not finite any more", where="training", remedy="Lower the learning rate in --config."
            )
        self.loss = loss


class Trainer:
    """A model, its data and its optimiser.

    Args:
        config: robomimic's configuration with `train.data` set.
        device: `cpu` or `cuda:<index>`.
        exact: Reproduce robomimic's own loop bit by bit.
        precision: `auto`, `float32` or `bfloat16` (see `steps.choose_precision`).
        where: The configuration's file, for errors.
        demonstrations: The demonstrations, checked; None: those of the configuration.
        ranks: Which of several processes this is, that share every batch.

    Raises:
        MimicError: The data cannot be trained on, or there is not enough memory.
    """

    def __init__(
        self,
        config: Any,
        device: str,
        exact: bool,
        precision: str,
        where: str = "the configuration",
        demonstrations: Demonstrations | None = None,
        ranks: Ranks | None = None,
    ):
        import robomimic.algo  # noqa: F401  registers what encodes observations
        from robomimic.utils import obs_utils

        self.config, self.device, self._ranks = config, torch.device(device), ranks
        resident = can_be_resident(config)
        _check_normalisation(config, resident, exact)
        demonstrations = demonstrations or find_demonstrations(config, values=not resident)
        np.random.seed(config.train.seed)
        torch.manual_seed(config.train.seed)
        obs_utils.initialize_obs_utils_with_config(config)
        # Reading the arrays uses no random numbers, so the model's initial weights are those of robomimic's script.
        if resident:
            sequences = self.sequences = self._read(demonstrations, demonstrations.train)
            held_back = self._read(demonstrations, demonstrations.valid) if demonstrations.valid else None
        else:
            check_for_loader(demonstrations)
        self.shapes = shapes_of(demonstrations, config)
        self.model = make_model(config, self.shapes, self.device, where)
        self.normalisation: dict | None = None
        if resident:
            if config.train.hdf5_normalize_obs:
                self.normalisation = sequences.statistics()
                for each in filter(None, (sequences, held_back)):
                    each.normalise(self.normalisation)
            action_range = self._choose_range(sequences.other["actions"], exact)
            if action_range is not None:
                for each in filter(None, (sequences, held_back)):
                    each.other["actions"] = action_range.normalise(each.other["actions"])
            batches, held_back_batches = self._batches(sequences, held_back, exact)
        else:
            action_range = self._choose_range(torch.as_tensor(demonstrations.actions(demonstrations.train)), exact)
            batches, held_back_batches = load_batches(config)
            if action_range is not None:
                batches = NormalisedBatches(batches, action_range)
                held_back_batches = held_back_batches and NormalisedBatches(held_back_batches, action_range)
        self.action_range = action_range
        """How learned actions are turned into those of the dataset; None if they are these."""
        fused = not exact and FusedStep.serves(self.model) and resident
        self.precision = choose_precision(precision, self.model, fused)
        units = self._action_units(fused)
        if ranks is not None and not fused:
            raise ConfigError(
                "robomimic's own step of this algorithm trains in one process",
                where=f"{where}, algo_name",
                remedy="Leave out --processes; several share the training of bc.",
            )
        self._step = FusedStep(self.model, self.precision, units) if fused else RobomimicStep(self.model)
        self._exact = exact
        self.env_meta = demonstrations.env_args
        experiment = config.experiment
        self.training = Pass(batches, experiment.epoch_every_n_steps, ranks)
        self.validation: Pass | None = None
        if held_back_batches is not None:
            self.validation = Pass(held_back_batches, experiment.validation_epoch_every_n_steps, ranks)
        self.epoch = 0
        self._unused: list[torch.nn.Parameter] = []
        """Parameters that the loss does not depend on; known after `rehearse`."""
        self.preparations: list[Any] = []
        """What is done before the first epoch; images are checked first (`learning.api.Preparation`)."""
        if images := image_keys(config) if not resident else []:
            self.preparations = [ImageCheck(demonstrations, images)]

    def rehearse(self) -> None:
        """Run one batch forward and backward without an update, to find out now if memory is too small.

        Raises:
            MimicError: There is not enough memory.
        """
        generator = torch.get_rng_state()
        before = {name: value.clone() for name, value in self.model.serialize().items()}
        optimisers = [optimiser.state_dict() for optimiser in _flat(self.model.optimizers)]
        try:
            self.model.set_train()
            for batch in self.training.batches.epoch(0, 1):
                self._step(batch, 1)
        except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
            if isinstance(error, RuntimeError) and "memory" not in str(error).lower():
                raise
            raise MimicError(
                f"a batch of {self.config.train.batch_size} sequences does not fit into the memory of {self.device}",
                where="train.batch_size",
                remedy="Lower it in --config, or choose another --device.",
            ) from error
        self._unused = [each for each in self.model.nets.parameters() if each.grad is None]
        self.model.deserialize(before)
        for optimiser, state in zip(_flat(self.model.optimizers), optimisers, strict=True):
            optimiser.load_state_dict(state)
            optimiser.zero_grad(set_to_none=True)
        torch.set_rng_state(generator)

    def begin_epoch(self) -> None:
        """Start the next epoch; `advance` then makes its steps."""
        self.epoch += 1
        for each in filter(None, (self.training, self.validation)):
            each.losses = []
        if self._ranks is not None and self._ranks.rank:
            # What a network draws (dropout) differs between processes. Only the first one's generator is saved.
            seed = randomness.generator(self.config.train.seed, f"network of rank {self._ranks.rank}", self.epoch)
            torch.manual_seed(seed.initial_seed())
        self._work = self._make_epoch()

    def distribute(self, ranks: Ranks) -> None:
        """Average gradients over all processes from now on; call it after `rehearse`."""
        assert isinstance(self._step, FusedStep) and isinstance(self.training.batches, KeyedBatches)  # checked at first
        # Such as the standard deviation's layer of a Gaussian policy with `fixed_std`; DDP would wait for its gradient.
        for each in self._unused:
            each.requires_grad_(False)
        self._step.distribute(ranks, self.training.batches.weight)

    def advance(self, seconds: float) -> bool:
        """Train for about so many seconds; return whether the epoch is over.

        The clock is read after every step, but the device is synchronised only at the end of the slice.
        """
        until = time.perf_counter() + seconds
        for _ in self._work:
            if time.perf_counter() > until:
                return False
        return self._end_epoch()

    def make_steps(self, count: int) -> bool:
        """Make so many steps; return whether the epoch is over."""
        for _ in range(count):
            try:
                next(self._work)
            except StopIteration:
                return self._end_epoch()
        return False

    def _end_epoch(self) -> bool:
        for each in filter(None, (self.training, self.validation)):
            each.end_epoch()
        return True

    def _make_epoch(self) -> Iterator[None]:
        """Train for an epoch, then validate, as robomimic's `run_epoch` does; yield after each batch."""
        self.model.set_train()
        for batch in self.training.epoch(self.epoch):
            self.training.losses.append(self._step(batch, self.epoch))
            yield
        self.model.on_epoch_end(self.epoch)
        if self.validation is None:
            return
        self.model.set_eval()
        batches = self.validation.batches
        weight = batches.weight if isinstance(batches, KeyedBatches) else 1.0
        for batch in self.validation.epoch(self.epoch):
            # One of many processes may have nothing of a small batch.
            nothing = torch.zeros((), device=self.device)
            loss = validation_loss(self.model, batch, self.epoch, self._exact) if weight else nothing
            self.validation.losses.append(weight * loss)
            yield

    @property
    def steps_done(self) -> int:
        """Steps made in this epoch."""
        return len(self.training.losses) if self.epoch else 0

    @property
    def steps_per_epoch(self) -> int:
        return self.training.steps

    @property
    def loss(self) -> float:
        """Mean loss of the last epoch; 0 before the first one has ended."""
        return self.training.loss or 0.0

    @property
    def validation_loss(self) -> float | None:
        """Mean loss of the last epoch on what is held back; None without validation."""
        return self.validation.loss if self.validation else None

    @property
    def learning_rate(self) -> float:
        return _flat(self.model.optimizers)[0].param_groups[0]["lr"]

    def save_checkpoint(self, path: Path) -> None:
        """Write the policy as a robomimic checkpoint, with its normalisation."""
        write_checkpoint(
            path, self.model, self.config, self.env_meta, self.shapes, self.normalisation, self.action_range
        )

    def save_state(self, path: Path, more: dict) -> None:
        """Write all that the next epoch depends on."""
        state = {**self._state(), "more": more}
        write_atomically(path, lambda beside: torch.save(state, beside))

    def load_state(self, path: Path | io.BytesIO) -> dict:
        """Load a saved state, and return the `more` that was saved with it.

        Raises:
            MimicError: The file is damaged.
        """
        try:
            state = torch.load(path, map_location=self.device, weights_only=True)
        except Exception as error:
            raise MimicError("is damaged", where=str(path), remedy="Start the run again.") from error
        self._restore(state)
        return state["more"]

    def _state(self) -> dict:
        return {
            "epoch": self.epoch,
            "model": self.model.serialize(),
            "optimisers": [optimiser.state_dict() for optimiser in _flat(self.model.optimizers)],
            "schedules": [schedule and schedule.state_dict() for schedule in _flat(self.model.lr_schedulers)],
            "torch_generator": torch.get_rng_state(),
            "images_checked": all(each.progress.done == each.progress.total for each in self.preparations[:1]),
        }

    def _restore(self, state: dict) -> None:
        self.epoch = state["epoch"]
        if state.get("images_checked"):
            for each in self.preparations[:1]:
                each.skip()
        self.model.deserialize(state["model"])
        for optimiser, saved in zip(_flat(self.model.optimizers), state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)
        for schedule, saved in zip(_flat(self.model.lr_schedulers), state["schedules"], strict=True):
            if schedule is not None:
                schedule.load_state_dict(saved)
        torch.set_rng_state(state["torch_generator"].cpu())

    def policy(self, device: torch.device) -> BatchedPolicy:
        """Return the current policy."""
        return BatchedPolicy(self.model, self.config, self.normalisation, device, "sample", self.action_range)

    def _choose_range(self, actions: torch.Tensor, exact: bool) -> ActionRange | None:
        """Return the range that actions are learned in, of all that are trained on, (N, A)."""
        asked = action_normalisation(self.config) == "min_max"
        action_range, self.notes = range_to_learn(actions, asked, exact)
        return action_range

    def _read(self, demonstrations: Demonstrations, names: list[str]) -> Sequences:
        train = self.config.train
        return Sequences(
            demonstrations,
            names,
            list(train.dataset_keys),
            train.seq_length,
            train.frame_stack,
            train.pad_seq_length,
            train.pad_frame_stack,
            str(self.device),
            self._ranks.local_size if self._ranks else 1,
        )

    def _batches(
        self, sequences: Sequences, held_back: Sequences | None, exact: bool
    ) -> tuple[Batches, Batches | None]:
        size, seed = self.config.train.batch_size, self.config.train.seed
        if exact:
            return ExactBatches(sequences, size), None if held_back is None else ExactBatches(held_back, size)
        if self._ranks is not None and size < self._ranks.size:
            raise ConfigError(
                f"{self._ranks.size} processes cannot share batches of {size}",
                where="train.batch_size",
                remedy="Raise it in --config, or give fewer --processes.",
            )
        same = None if held_back is None else SameBatches(held_back, size, seed, self._ranks)
        return KeyedBatches(sequences, size, seed, self._ranks), same

    def _action_units(self, fused: bool) -> ActionUnits | None:
        if action_normalisation(self.config) != "gaussian":
            return None
        layer = output_layer(self.model) if fused else None
        if layer is None:
            raise ConfigError(
                "these actions can be normalised (gaussian) for robomimic's bc on observations without images, and not "
                "with --exact",
                where="train.action_config",
                remedy="Leave it out of the configuration.",
            )
        return ActionUnits(layer, self.sequences.other["actions"])


def write_checkpoint(
    path: Path,
    model: Any,
    config: Any,
    env_meta: dict,
    shapes: dict,
    normalisation: dict | None,
    action_range: ActionRange | None,
) -> None:
    """Write a robomimic checkpoint, atomically."""
    from robomimic.utils.train_utils import save_model

    def write(beside: Path) -> None:
        save_model(
            model,
            config,
            env_meta=env_meta,
            shape_meta=shapes,
            ckpt_path=str(beside),
            obs_normalization_stats=normalisation,
        )
        if action_range is not None:
            # robomimic 0.3.0 has no argument for it.
            content = torch.load(beside, weights_only=True)
            torch.save({**content, KEY: action_range.stats()}, beside)

    write_atomically(path, write)


def _flat(by_name: dict) -> list:
    """Return robomimic's optimisers or schedules as a list; some algorithms keep several under one name."""
    found = []
    for value in by_name.values():
        found += value if isinstance(value, list) else [value]
    return found


def _check_normalisation(config: Any, resident: bool, exact: bool) -> None:
    if not config.train.hdf5_normalize_obs:
        return
    if not resident:
        raise ConfigError(
            "robomimic 0.3.0 cannot normalise observations beside images, goals or next_obs",
            where="train.hdf5_normalize_obs",
            remedy="Set it to false.",
        )
    if exact:
        raise ConfigError(
            "robomimic 0.3.0's own loop fails on normalised observations, so there is nothing to reproduce",
            where="--exact",
            remedy="Leave out --exact, or set train.hdf5_normalize_obs to false.",
        )


def shapes_of(demonstrations: Demonstrations, config: Any) -> dict:
    """Return the shapes that robomimic's `get_shape_metadata_from_dataset` finds in a file."""
    from robomimic.utils import obs_utils

    keys = demonstrations.obs_keys
    shapes = OrderedDict(
        (key, obs_utils.get_processed_shape(obs_utils.OBS_KEYS_TO_MODALITIES[key], demonstrations.shapes[f"obs/{key}"]))
        for key in keys
    )
    return {
        "ac_dim": demonstrations.shapes["actions"][0],
        "all_shapes": shapes,
        "all_obs_keys": list(config.all_obs_keys),
        "use_images": obs_utils.has_modality("rgb", keys),
    }


def make_model(config: Any, shapes: dict, device: torch.device, where: str) -> Any:
    """Build robomimic's model.

    Raises:
        ConfigError: robomimic cannot build a model from this configuration.
    """
    from robomimic.algo import algo_factory

    try:
        return algo_factory(config.algo_name, config, shapes["all_shapes"], shapes["ac_dim"], device)
    except torch.OutOfMemoryError as error:
        raise MimicError("the model does not fit into memory", where=str(device), remedy="Make it smaller.") from error
    # On an invalid value robomimic's networks fail in an assertion, a look-up, or a call of torch.
    except Exception as error:
        reason = " ".join(str(error).split()) or "no reason given"
        raise ConfigError(
            f"robomimic cannot make a policy of it ({type(error).__name__}: {reason[:200]})",
            where=where,
            remedy="Look at algo and observation.encoder.",
        ) from error
