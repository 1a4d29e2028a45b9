# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Train a policy that sees images in two parts: first its encoders on single frames, then the rest on their features.

The encoders then stay as they are, so that the features of all frames are computed once and are kept on the device like
other observations. Checkpoints hold the whole network, as robomimic has it.
"""

import copy
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ... import randomness
from .batches import Batches, KeyedBatches
from .demonstrations import Demonstrations, find_demonstrations
from .encoder_training import EncoderTraining
from .encoders import Encoders, FeatureComputation
from .images import FrameReader, ImageCheck
from .policy import BatchedPolicy
from .pretraining import Pretraining
from .privileged import read_positions
from .sequences import Sequences
from .trainer import Trainer, make_model, shapes_of, write_checkpoint


class NoisyBatches:
    """Batches whose features have the error that they have in frames that the encoders were not trained on.

    An object that is found in a wrong place in one frame is found there in the next one, too. So the noise is the same
    in all rows of a sequence: otherwise a recurrent network would learn to trust the mean.

    Args:
        batches: The batches.
        widths: Number of features of each observation, in the order of the noise.
        factor: (K, D) what K normal numbers are multiplied by.
        seed: The training's seed.
    """

    def __init__(self, batches: Batches, widths: dict[str, int], factor: torch.Tensor, seed: int):
        self._batches, self._widths, self._factor, self._seed = batches, widths, factor, seed
        self.one_pass = batches.one_pass

    def epoch(self, number: int, steps: int) -> Iterator[dict[str, Any]]:
        """Yield `steps` batches, for epoch `number` counted from 1."""
        generator = randomness.generator(self._seed, "noise of features", number)
        for batch in self._batches.epoch(number, steps):
            count = len(batch["actions"])
            normal = torch.randn(count, len(self._factor), generator=generator).to(self._factor.device)
            noise = (normal @ self._factor)[:, None].split(list(self._widths.values()), dim=-1)
            for name, part in zip(self._widths, noise, strict=True):
                # Features come from a rectified unit.
                batch["obs"][name] = (batch["obs"][name] + part).relu_()
            yield batch


class VisuomotorTrainer(Trainer):
    """Trains the encoders, then a policy on their features (`learning.api.Training`).

    The policy that is trained is robomimic's model with features in place of images. Its layers have the names of those
    of the whole model, into which they are put for checkpoints and evaluations.

    Args:
        config: robomimic's configuration with `train.data` set.
        settings: How the encoders are trained.
        device: `cpu` or `cuda:<index>`.
        precision: `auto`, `float32` or `bfloat16` (see `steps.choose_precision`).
        where: The configuration's file, for errors.

    Raises:
        MimicError: The data cannot be trained on, or there is not enough memory.
    """

    def __init__(self, config: Any, settings: Pretraining, device: str, precision: str, where: str):
        from robomimic.utils import obs_utils

        cameras = sorted(config.observation.modalities.obs.rgb)
        found = find_demonstrations(config, values=False)
        torch.manual_seed(config.train.seed)
        obs_utils.initialize_obs_utils_with_config(config)
        shapes = shapes_of(found, config)
        whole = make_model(config, shapes, torch.device(device), where)
        self._encoders = Encoders(whole, cameras)
        widths = {_feature(camera): width for camera, width in self._encoders.widths.items()}
        student = _without_images(config, cameras)
        super().__init__(student, device, False, precision, where, _with_features(found, cameras, widths))
        # Images are processed by their names when the policy acts.
        obs_utils.initialize_obs_utils_with_obs_specs([config.observation.modalities, student.observation.modalities])
        self._whole = _Whole(whole, config, shapes)
        self._noisy = widths, settings.feature_noise
        self._prepare(found, cameras, settings)

    def save_checkpoint(self, path: Path) -> None:
        """Write the whole policy as a robomimic checkpoint."""
        whole = self._whole.filled(self.model)
        write_checkpoint(
            path,
            whole,
            self._whole.config,
            self.env_meta,
            self._whole.shapes,
            self._statistics(),
            self.action_range,
        )

    def policy(self, device: torch.device) -> BatchedPolicy:
        """Return the current policy; it sees images."""
        whole = self._whole.filled(self.model)
        return BatchedPolicy(whole, self._whole.config, self._statistics(), device, "sample", self.action_range)

    def begin_epoch(self) -> None:
        widths, factor = self._noisy
        if not isinstance(self.training.batches, NoisyBatches) and factor > 0.0:
            noise = self._encoder_training.noise
            assert noise is not None, "the encoders are not trained yet"
            self.training.batches = NoisyBatches(
                self.training.batches, widths, (factor * noise).to(self.device), self.config.train.seed
            )
        super().begin_epoch()

    def _prepare(self, found: Demonstrations, cameras: list[str], settings: Pretraining) -> None:
        """Make what has to be done before the first epoch."""
        sequences = self.sequences
        actions = sequences.other["actions"]
        # A policy may observe nothing but images.
        nothing = actions.new_zeros(len(actions), 0)
        seen = torch.cat([nothing, *(sequences.obs[key].flatten(1) for key in sorted(sequences.obs))], dim=-1)
        positions = read_positions(found, found.train, settings.hands, self.device)
        reader = FrameReader(found, found.train, sequences.lengths, cameras)
        training = self._encoder_training = EncoderTraining(
            self._encoders,
            seen,
            positions,
            actions,
            reader,
            settings,
            self.config.train.seed,
            self.precision == "bfloat16",
        )
        targets = [(reader, self._add_features(sequences))]
        if self.validation is not None:
            held_back = self.validation.batches
            assert isinstance(held_back, KeyedBatches)  # of resident sequences
            apart = FrameReader(found, found.valid, held_back.sequences.lengths, cameras)
            targets.append((apart, self._add_features(held_back.sequences)))
        self.preparations = [ImageCheck(found, cameras), training, FeatureComputation(self._encoders, targets)]

    def _read(self, demonstrations: Demonstrations, names: list[str]) -> Sequences:
        made = [_feature(camera) for camera in self._encoders.cores]
        # Features are not in the file.
        there = replace(demonstrations, obs_keys=[key for key in demonstrations.obs_keys if key not in made])
        return super()._read(there, names)

    def _add_features(self, sequences: Any) -> dict[str, torch.Tensor]:
        """Give sequences features, zero as yet; return them by camera."""
        rows = int(sequences.lengths.sum())
        made = {}
        for camera, width in self._encoders.widths.items():
            made[camera] = sequences.obs[_feature(camera)] = torch.zeros(rows, width, device=self.device)
        return made

    def _statistics(self) -> dict | None:
        """Return the statistics of the whole policy's observations; robomimic asks for those of images as well."""
        if self.normalisation is None:
            return None
        stats = dict(self.normalisation)
        for camera in self._encoders.cores:
            shape = (1, *self._whole.shapes["all_shapes"][camera])
            stats[camera] = {"mean": np.zeros(shape, np.float32), "std": np.ones(shape, np.float32)}
        return stats

    def _state(self) -> dict:
        return {**super()._state(), "encoders": self._encoder_training.state()}

    def _restore(self, state: dict) -> None:
        super()._restore(state)
        self._encoder_training.restore(state["encoders"])


class _Whole:
    """The whole model: its encoders, and a place for the rest.

    Args:
        model: robomimic's model.
        config: Its configuration.
        shapes: Its `shape_metadata`.
    """

    def __init__(self, model: Any, config: Any, shapes: dict):
        self.config, self.shapes = config, shapes
        self._model = model

    def filled(self, student: Any) -> Any:
        """Return the whole model with the layers of a policy on features."""
        self._model.nets.load_state_dict({**self._model.nets.state_dict(), **student.nets.state_dict()})
        return self._model


def _feature(camera: str) -> str:
    """Return the name of the observation that stands for a camera's images."""
    return f"{camera} features"


def _without_images(config: Any, cameras: list[str]) -> Any:
    """Return a configuration with features in place of images."""
    student = copy.deepcopy(config)
    observed = student.observation.modalities.obs
    with student.unlocked():
        observed.low_dim = [*observed.low_dim, *map(_feature, cameras)]
        observed.rgb = []
    return student


def _with_features(found: Demonstrations, cameras: list[str], widths: dict[str, int]) -> Demonstrations:
    """Return demonstrations as the policy on features sees them, with observations in the same order."""
    numbers = {path: math.prod(found.shapes[path]) for path in found.paths}
    rows = found.size / max(1, sum(numbers.values()))
    left = sum(numbers.values()) - sum(numbers[f"obs/{camera}"] for camera in cameras)
    return replace(
        found,
        obs_keys=[_feature(key) if key in cameras else key for key in found.obs_keys],
        shapes={**found.shapes, **{f"obs/{name}": (width,) for name, width in widths.items()}},
        size=round(rows * (left + sum(widths.values()))),
    )
