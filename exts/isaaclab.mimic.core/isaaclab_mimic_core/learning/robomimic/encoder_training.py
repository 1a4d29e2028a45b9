# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Train the image encoders of a robomimic model on single frames, before the policy.

They learn to tell where objects are, which simulation knows, and what the demonstrator did then. Small networks read
that from the features and from what else is observed: where a cube is depends on where its image is, times how far away
it is, and no linear layer multiplies. A recurrent policy can, too.
"""

import math
import time
from collections.abc import Iterator, Mapping

import torch
from torch import nn

from ... import randomness
from ...errors import DatasetError
from ...events import Progress
from .augmentation import prepared, recoloured, shifted
from .encoders import Encoders
from .held_out import equal_demonstrations, frames_to_measure, hold_out, sample_demonstrations
from .images import Blocks, FrameReader
from .pretraining import Pretraining
from .privileged import Positions

_SCALE = 0.007
"""[m] Errors up to this count squared, larger ones by their size: an object that is hidden cannot be found."""
_NEAR = 0.1
"""[m] How far from the hand the error of a position relative to it may be twice as large."""
_HIDDEN = 256
"""Width of the hidden layers by which positions and actions are predicted."""
_WARM_UP = 20
"""Steps in which the learning rate rises."""
_LEAST_RATE = 0.01
"""Part of the learning rate that is left at the end."""
_RIDGE = 1e-3
"""Added to the variances of inputs, about 1, where positions are regressed on them."""


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
        self.placing = _two_layers(width, flat.shape[1])
        self.acting = _two_layers(width, actions.shape[1])
        for name, values in (("where", flat), ("action", actions)):
            self.register_buffer(f"{name}_mean", values.mean(dim=0))
            self.register_buffer(f"{name}_std", values.std(dim=0).clamp(min=1e-3))
        self.to(flat.device)

    def positions(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return flat positions (B, K) [m]."""
        return self.where_mean + self.where_std * self.placing(inputs)

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
        alike = equal_demonstrations(reader, torch.cat([actions.flatten(1), positions.values[:, 0].flatten(1)], dim=1))
        if max(alike) < 1:
            raise DatasetError(
                "holds one demonstration, and none can be held out of the encoders' training",
                where=str(reader.path),
                remedy="Generate more; several renderings of one count once.",
            )
        kept, held_out = hold_out(alike, settings.held_out, seed)
        self._measured = {
            "held out": sample_demonstrations(held_out, seed),
            "trained on": sample_demonstrations(kept, seed),
        }
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
        generator = randomness.generator(self._seed, "encoder training", self.epoch + 1)
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
        rate = (_LEAST_RATE + (1 - _LEAST_RATE) * falling) * min(1.0, (done + 1) / _WARM_UP)
        self._optimiser.param_groups[0]["lr"] = settings.learning_rate * rate
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
            frames = yield from self._reader.together(frames_to_measure(self._reader, indices))
            self._samples[name] = _Sample(*frames, self._rows)

    @torch.no_grad()
    def _finish(self) -> None:
        """Let features have unit spread; find the noise that gives those trained on the error of those held out."""
        trained, held_out = self._samples["trained on"], self._samples["held out"]
        spread = self.encoders.encode(trained.images, self._rows.observed.device).std(dim=0)
        factor = self.encoders.rescale(spread)
        for network in (self.predictor.placing, self.predictor.acting):
            first = next(network.children())
            assert isinstance(first, nn.Linear)
            first.weight[:, : len(factor)] *= factor
        values, vectors = torch.linalg.eigh(held_out.covariance(self) - trained.covariance(self))
        root = vectors * values.clamp(min=0.0).sqrt()
        # The least change of the features that changes the positions so much, as far as these are linear.
        back = torch.linalg.pinv(trained.regression(self)[:, : len(factor)], rtol=0.01)
        self.noise = (back @ root).T.float()
        self._blocks.release()
        self._samples = {}


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
        """Return the mean square of the positions' errors, in units of the predictor's network: (K, K) float64."""
        error = training.predictor.placing(self._inputs(training)).double() - self._places(training)
        return error.T @ error / len(error)

    @torch.no_grad()
    def regression(self, training: EncoderTraining) -> torch.Tensor:
        """Return how positions depend on the inputs of the predictor, by ridge regression: (K, inputs) float64."""
        inputs, places = self._inputs(training).double(), self._places(training)
        inputs, places = inputs - inputs.mean(dim=0), places - places.mean(dim=0)
        ridge = _RIDGE * len(inputs) * torch.eye(inputs.shape[1], dtype=inputs.dtype, device=inputs.device)
        return torch.linalg.solve(inputs.T @ inputs + ridge, inputs.T @ places).T

    def _places(self, training: EncoderTraining) -> torch.Tensor:
        """Return the true positions in the units of the predictor's network: (N, K) float64."""
        predictor = training.predictor
        flat = self._known.positions.values[self._rows].flatten(1)
        return ((flat - predictor.where_mean) / predictor.where_std).double()


def _two_layers(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, _HIDDEN), nn.ReLU(), nn.Linear(_HIDDEN, outputs))


def _huber(error: torch.Tensor) -> torch.Tensor:
    return nn.functional.smooth_l1_loss(error, torch.zeros_like(error))
