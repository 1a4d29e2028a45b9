# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Train the image encoders of a robomimic model on single frames, before the policy.

They learn to tell where objects are, which simulation knows, and what the demonstrator did then. Positions are read
from the features linearly, so that a recurrent network finds them there as it would find them among observations.
"""

import hashlib
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from ... import randomness
from ...errors import DatasetError
from ...events import Progress
from .augmentation import prepared, recoloured, shifted
from .images import Blocks, FrameReader
from .pretraining import Pretraining
from .privileged import Positions

_SCALE = 0.02
"""[m] Errors up to this count squared, larger ones by their size: an object that is hidden cannot be found."""
_NEAR = 0.1
"""[m] How far from the hand the error of a position relative to it may be twice as large."""
_HIDDEN = 256
"""Width of the hidden layer by which actions are predicted."""
_AT_ONCE = 256
"""Frames that are encoded at once without a gradient."""
_MEASURED = 1024
"""Most frames on which errors are measured."""
_MEASURED_DEMOS = 64
"""Most demonstrations that these are of: images of a demonstration are read together."""
_SPREAD_OF_MAPS = 4.0
"""Initial standard deviation of the maps that spatial softmax finds peaks in."""
_LEAST_RATE = 0.01
"""Part of the learning rate that is left at the end."""


class Encoders:
    """The encoders inside a robomimic model, and their features.

    Args:
        model: A model of robomimic's `bc`, with a `VisualCore` for each camera.
        cameras: Observations that are images, in the order in which features lie side by side.
    """

    def __init__(self, model: Any, cameras: list[str]):
        whole = model.nets["policy"].nets["encoder"].nets["obs"]
        self.cores: dict[str, Any] = {camera: whole.obs_nets[camera] for camera in cameras}
        self._activation = whole.activation
        for core in self.cores.values():
            core.to(memory_format=torch.channels_last)

    @property
    def widths(self) -> dict[str, int]:
        """Number of features of each camera."""
        return {camera: int(core.output_shape(core.input_shape)[0]) for camera, core in self.cores.items()}

    @property
    def parameters(self) -> list[nn.Parameter]:
        return [parameter for core in self.cores.values() for parameter in core.parameters()]

    def train(self, training: bool) -> None:
        """Let the encoders be trained, or used."""
        for core in self.cores.values():
            core.train(training)

    def features(self, images: Mapping[str, torch.Tensor], bfloat16: bool = False) -> torch.Tensor:
        """Return the features of all cameras side by side: (B, D).

        Args:
            images: By camera (B, C, H, W) from 0 to 1.
            bfloat16: Whether convolutions are computed in bfloat16; where the objects are seen, and what follows from
                it, always is in float32.
        """
        seen = []
        for camera, core in self.cores.items():
            values = images[camera]
            with torch.autocast(values.device.type, torch.bfloat16, enabled=bfloat16):
                maps = core.backbone(values)
            # What comes after the backbone in robomimic's `VisualCore`.
            seen.append(self._activation(core.nets[1:](maps.float())))
        return torch.cat(seen, dim=-1)

    @torch.no_grad()
    def initialise(self, images: Mapping[str, torch.Tensor], device: torch.device) -> None:
        """Scale the initial weights so that every layer puts out numbers of zero mean and unit spread.

        Spatial softmax of weak maps finds the middle of every image, and learns to find anything else only very slowly.
        So its maps get a larger spread. Weights that depend on data are those of Salimans and Kingma, "Weight
        Normalization" (NeurIPS 2016).

        Args:
            images: Some frames, by camera (N, H, W, C) uint8.
            device: Where the encoders are.
        """
        self.train(False)
        for camera, core in self.cores.items():
            values = prepared(images[camera][:_AT_ONCE].to(device))
            peaks = getattr(core.pool, "nets", None)
            for layer in [part for part in core.modules() if isinstance(part, (nn.Conv2d, nn.Linear))]:
                _unit_spread(layer, core, values, _SPREAD_OF_MAPS if layer is peaks else 1.0)

    @torch.no_grad()
    def encode(self, images: Mapping[str, torch.Tensor], device: torch.device) -> torch.Tensor:
        """Return the features of frames, by camera (N, H, W, C) uint8, without a gradient: (N, D)."""
        self.train(False)
        count = len(next(iter(images.values())))
        parts = [
            self.features({camera: prepared(images[camera][at : at + _AT_ONCE].to(device)) for camera in self.cores})
            for at in range(0, count, _AT_ONCE)
        ]
        return torch.cat(parts)

    @torch.no_grad()
    def rescale(self, spread: torch.Tensor) -> torch.Tensor:
        """Divide the features by their spread, (D,), in the last layer: a rectified unit lets factors pass.

        Returns:
            What they were divided by, (D,): 1 for features that are constant, or that no layer can scale.
        """
        factors = []
        for core, part in zip(self.cores.values(), spread.split(list(self.widths.values())), strict=True):
            factor = torch.where(part > 1e-6, part, 1.0)
            if core.feature_dimension is None:
                factor = torch.ones_like(part)
            else:
                layer = core.nets[-1]
                layer.weight /= factor[:, None]
                layer.bias /= factor
            factors.append(factor)
        return torch.cat(factors)


class Predictor(nn.Module):
    """Predicts positions and actions of frames from features and from what else the policy observes.

    Args:
        width: Number of features and of other observed numbers.
        positions: Positions of the frames to train on.
        actions: (N, A) their actions.
    """

    where_mean: torch.Tensor
    where_std: torch.Tensor
    action_mean: torch.Tensor
    action_std: torch.Tensor

    def __init__(self, width: int, positions: Positions, actions: torch.Tensor):
        super().__init__()
        flat = positions.values.flatten(1)
        self.linear = nn.Linear(width, flat.shape[1])
        self.acting = nn.Sequential(nn.Linear(width, _HIDDEN), nn.ReLU(), nn.Linear(_HIDDEN, actions.shape[1]))
        for name, values in (("where", flat), ("action", actions)):
            self.register_buffer(f"{name}_mean", values.mean(dim=0))
            self.register_buffer(f"{name}_std", values.std(dim=0).clamp(min=1e-3))
        self.to(flat.device)

    def positions(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return flat positions (B, K) [m]."""
        return self.where_mean + self.where_std * self.linear(inputs)

    def losses(
        self, inputs: torch.Tensor, positions: torch.Tensor, actions: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the losses of positions (B, frames, objects, 3) and actions (B, A), two tensors without dimensions."""
        scale = torch.full_like(positions[..., :1], _SCALE)
        # Near the hand a position decides; far from it the hand has time to come nearer.
        scale[:, 1:] *= 1.0 + positions[:, 1:].norm(dim=-1, keepdim=True) / _NEAR
        error = (self.positions(inputs).view_as(positions) - positions) / scale
        acted = self.acting(inputs) - (actions - self.action_mean) / self.action_std
        return _huber(error), _huber(acted)


class EncoderTraining:
    """Trains the encoders epoch by epoch (`learning.api.Preparation`).

    Args:
        encoders: The encoders.
        observed: (N, P) what else the policy observes, normalised, of every row.
        positions: Where the objects are, in every row.
        actions: (N, A).
        reader: Reads the frames of these rows.
        settings: How they are trained.
        seed: Seed of the training.
        bfloat16: Whether convolutions are computed in bfloat16.

    Raises:
        DatasetError: There are too few demonstrations to hold some out; renderings of one count once.
    """

    title = "Training the encoders"

    def __init__(
        self,
        encoders: Encoders,
        observed: torch.Tensor,
        positions: Positions,
        actions: torch.Tensor,
        reader: FrameReader,
        settings: Pretraining,
        seed: int,
        bfloat16: bool,
    ):
        self.encoders, self.settings, self._seed, self._bfloat16 = encoders, settings, seed, bfloat16
        self._rows = _Rows(observed, positions, actions)
        self._reader = reader
        alike = _alike(reader, torch.cat([actions.flatten(1), positions.values[:, 0].flatten(1)], dim=1))
        if max(alike) < 1:
            raise DatasetError(
                "holds one demonstration, and none can be held out of the encoders' training",
                where=str(reader.path),
                remedy="Generate more; several renderings of one count once.",
            )
        kept, held_out = _hold_out(alike, settings.held_out, seed)
        self._measured = {"held out": _drawn(held_out, seed), "trained on": _drawn(kept, seed)}
        self._blocks = Blocks(reader, kept, settings.every_n_frames, seed)
        width = sum(encoders.widths.values()) + observed.shape[1]
        self.predictor = Predictor(width, positions, actions)
        parameters = [*encoders.parameters, *self.predictor.parameters()]
        self._optimiser = torch.optim.Adam(parameters, lr=settings.learning_rate, fused=True)
        self.epoch = 0
        """Epochs that are over."""
        self.noise: torch.Tensor | None = None
        """(K, D) factor that turns K normal numbers into noise of the features; None before the end."""
        self._losses: list[torch.Tensor] = []
        self._work: Iterator[None] | None = None
        self._samples: dict[str, _Sample] = {}

    @property
    def progress(self) -> Progress:
        within = len(self._losses) / self.settings.epoch_every_n_steps
        return Progress(self.epoch, self.settings.num_epochs, "epochs", within)

    def advance(self, seconds: float) -> Mapping[str, float]:
        """Train for about so many seconds; return the figures of an epoch that has ended with it, else nothing."""
        until = time.perf_counter() + seconds
        if self._work is None:
            self._work = self._make_epoch()
        for _ in self._work:
            if time.perf_counter() > until:
                return {}
        self._work = None
        self.epoch += 1
        figures = {"loss": float(torch.stack(self._losses).mean()), **self._samples["held out"].figures(self)}
        self._losses = []
        if self.epoch >= self.settings.num_epochs:
            self._finish()
        return figures

    def state(self) -> dict:
        """Return all that the next epoch depends on."""
        return {
            "epoch": self.epoch,
            "cores": {camera: core.state_dict() for camera, core in self.encoders.cores.items()},
            "predictor": self.predictor.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "blocks": self._blocks.count,
            "noise": self.noise,
        }

    def restore(self, state: dict) -> None:
        """Go on from a state."""
        self.epoch, self.noise, self._blocks.count = state["epoch"], state["noise"], state["blocks"]
        for camera, core in self.encoders.cores.items():
            core.load_state_dict(state["cores"][camera])
        self.predictor.load_state_dict(state["predictor"])
        self._optimiser.load_state_dict(state["optimiser"])

    def inputs(self, features: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        """Return what predictions are made from: features (B, D) and what else is observed in these rows (B,)."""
        return torch.cat([features, self._rows.observed[rows]], dim=-1)

    def _make_epoch(self) -> Iterator[None]:
        if not self._samples:
            yield from self._read_samples()
            if not self.epoch:
                self.encoders.initialise(self._samples["trained on"].images, self._rows.observed.device)
        yield from self._blocks.load(self.epoch + 1)
        key = int(randomness.streams(self._seed, "encoder training", torch.tensor(self.epoch + 1)))
        generator = torch.Generator().manual_seed(key)
        count, size, steps = len(self._blocks.rows), self.settings.batch_size, self.settings.epoch_every_n_steps
        passes = -(-steps * size // count)
        order = torch.cat([torch.randperm(count, generator=generator) for _ in range(passes)])
        self._losses = []
        self.encoders.train(True)
        for which in order[: steps * size].split(size):
            self._losses.append(self._step(which, generator))
            yield

    def _step(self, which: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        settings, device = self.settings, self._rows.observed.device
        done = self.epoch * settings.epoch_every_n_steps + len(self._losses)
        falling = 0.5 * (1.0 + math.cos(math.pi * done / (settings.num_epochs * settings.epoch_every_n_steps)))
        self._optimiser.param_groups[0]["lr"] = settings.learning_rate * (_LEAST_RATE + (1 - _LEAST_RATE) * falling)
        images = {}
        for camera, values in self._blocks.images.items():
            moved = shifted(values[which].to(device), settings.shift_pixels, generator)
            images[camera] = recoloured(prepared(moved), settings.color_jitter, generator)
        rows = self._blocks.rows[which].to(device)
        features = self.encoders.features(images, self._bfloat16)
        where, acted = self.predictor.losses(
            self.inputs(features, rows), self._rows.positions.values[rows], self._rows.actions[rows]
        )
        loss = where + settings.action_weight * acted
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self._optimiser.step()
        return loss.detach()

    def _read_samples(self) -> Iterator[None]:
        """Read the frames on which errors are measured: of what is held out, and of the rest."""
        for name, indices in self._measured.items():
            frames = yield from self._reader.together(_spread_evenly(self._reader, indices))
            self._samples[name] = _Sample(*frames, self._rows)

    @torch.no_grad()
    def _finish(self) -> None:
        """Let features have unit spread; find the noise that gives those trained on the error of those held out."""
        device = self._rows.observed.device
        trained, held_out = self._samples["trained on"], self._samples["held out"]
        spread = self.encoders.encode(trained.images, device).std(dim=0)
        factor = self.encoders.rescale(spread)
        linear = self.predictor.linear
        linear.weight[:, : len(factor)] *= factor
        apart = held_out.covariance(self) - trained.covariance(self)
        values, vectors = torch.linalg.eigh(apart)
        root = vectors * values.clamp(min=0.0).sqrt()
        # The least change of the features that changes the positions so much.
        back = torch.linalg.pinv(linear.weight[:, : len(factor)].double(), rtol=0.01)
        self.noise = (back @ root).T.float()
        self._blocks.release()
        self._samples = {}


class FeatureComputation:
    """Encodes all frames once, so that the policy is trained on features (`learning.api.Preparation`).

    Args:
        encoders: Trained encoders.
        targets: For each reader of frames where its features go: by camera (N, D), filled in place.
    """

    title = "Computing the features of all images"

    def __init__(self, encoders: Encoders, targets: list[tuple[FrameReader, dict[str, torch.Tensor]]]):
        self._encoders = encoders
        self._todo = [(reader, index, into) for reader, into in targets for index in range(len(reader.names))]
        self._done = 0

    @property
    def progress(self) -> Progress:
        return Progress(self._done, len(self._todo), "demonstrations")

    def advance(self, seconds: float) -> Mapping[str, float]:
        """Encode one demonstration, whatever time it takes."""
        reader, index, into = self._todo[self._done]
        for numbers, images in reader.one_by_one({index: reader.rows(index)}):
            rows = slice(int(numbers[0]), int(numbers[-1]) + 1)
            device = next(iter(into.values())).device
            features = self._encoders.encode(images, device)
            parts = features.split(list(self._encoders.widths.values()), dim=-1)
            for camera, part in zip(self._encoders.cores, parts, strict=True):
                into[camera][rows] = part
        self._done += 1
        return {}


class _Rows:
    """What is known of every row."""

    def __init__(self, observed: torch.Tensor, positions: Positions, actions: torch.Tensor):
        self.observed, self.positions, self.actions = observed, positions, actions


class _Sample:
    """Frames on which errors are measured.

    Args:
        rows: (N,) their row numbers.
        images: By camera (N, H, W, C) uint8.
        known: What is known of every row.
    """

    def __init__(self, rows: torch.Tensor, images: dict[str, torch.Tensor], known: _Rows):
        self.images, self._known = images, known
        self._rows = rows.to(known.observed.device)

    def _inputs(self, training: EncoderTraining) -> torch.Tensor:
        return training.inputs(training.encoders.encode(self.images, self._rows.device), self._rows)

    @torch.no_grad()
    def figures(self, training: EncoderTraining) -> dict[str, float]:
        """Return the mean distances of predicted positions from the true ones [mm], and the loss of the actions."""
        known, inputs = self._known, self._inputs(training)
        positions = known.positions.values[self._rows]
        apart = 1e3 * (training.predictor.positions(inputs).view_as(positions) - positions).norm(dim=-1)
        figures = {f"held_out_{frame}_mm": apart[:, i].mean() for i, frame in enumerate(known.positions.frames)}
        near = positions[:, 1:].norm(dim=-1) < _NEAR
        if near.any():
            figures["held_out_near_mm"] = apart[:, 1:][near].mean()
        figures["held_out_action_loss"] = training.predictor.losses(inputs, positions, known.actions[self._rows])[1]
        return {name: float(value) for name, value in figures.items()}

    @torch.no_grad()
    def covariance(self, training: EncoderTraining) -> torch.Tensor:
        """Return the mean square of the positions' errors, in units of the linear layer: (K, K) float64."""
        positions = self._known.positions.values[self._rows].flatten(1)
        predictor = training.predictor
        error = ((predictor.positions(self._inputs(training)) - positions) / predictor.where_std).double()
        return error.T @ error / len(error)


def _unit_spread(layer: nn.Conv2d | nn.Linear, core: nn.Module, images: torch.Tensor, spread: float) -> None:
    """Let each output of a layer have zero mean and a given spread over images."""
    seen: list[Any] = []
    with layer.register_forward_hook(lambda module, inputs, output: seen.append(output)):
        core(images)
    outputs = seen[0].movedim(1, 0).flatten(1)
    factor = spread / outputs.std(dim=1).clamp(min=1e-6)
    layer.weight *= factor.view(-1, *[1] * (layer.weight.ndim - 1))
    if layer.bias is not None:
        layer.bias.sub_(outputs.mean(dim=1)).mul_(factor)


def _huber(error: torch.Tensor) -> torch.Tensor:
    return nn.functional.smooth_l1_loss(error, torch.zeros_like(error))


def _alike(reader: FrameReader, rows: torch.Tensor) -> list[int]:
    """Number demonstrations from 0 on, with one number for those that are equal: renderings of one demonstration.

    Args:
        reader: Knows which rows are those of a demonstration.
        rows: (N, D) what images do not decide: actions and positions.
    """
    values, numbers = rows.cpu().numpy(), {}
    digests = [hashlib.sha256(values[reader.rows(index)].tobytes()).digest() for index in range(len(reader.names))]
    return [numbers.setdefault(each, len(numbers)) for each in digests]


def _hold_out(alike: Sequence[int], part: float, seed: int) -> tuple[list[int], list[int]]:
    """Return the indices of the demonstrations to train encoders on, and of those held out; one at least of each.

    Args:
        alike: Number of each demonstration; those with the same number are held out together, for the encoders would
            know them.
        part: How many of these numbers are held out, from 0 to 1.
        seed: The training's seed.
    """
    count = max(alike) + 1
    key = int(randomness.streams(seed, "held out of the encoders' training", torch.tensor(0)))
    order = torch.randperm(count, generator=torch.Generator().manual_seed(key)).tolist()
    out = set(order[: min(count - 1, max(1, round(part * count)))])
    return (
        [index for index, number in enumerate(alike) if number not in out],
        [index for index, number in enumerate(alike) if number in out],
    )


def _drawn(indices: list[int], seed: int) -> list[int]:
    """Return at most `_MEASURED_DEMOS` of these demonstrations, drawn by the seed."""
    key = int(randomness.streams(seed, "frames on which encoders are measured", torch.tensor(0)))
    order = torch.randperm(len(indices), generator=torch.Generator().manual_seed(key)).tolist()
    return sorted(indices[each] for each in order[:_MEASURED_DEMOS])


def _spread_evenly(reader: FrameReader, indices: list[int]) -> dict[int, np.ndarray]:
    """Return at most `_MEASURED` row numbers, by demonstration, at equal distances through all of them."""
    rows = {index: reader.rows(index) for index in indices}
    every = max(1, math.ceil(sum(map(len, rows.values())) / _MEASURED))
    chosen, passed = {}, 0
    for index, numbers in rows.items():
        chosen[index] = numbers[-passed % every :: every]
        passed += len(numbers)
    return {index: numbers for index, numbers in chosen.items() if len(numbers)}
