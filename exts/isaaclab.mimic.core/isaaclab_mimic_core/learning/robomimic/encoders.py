# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The image encoders inside a robomimic model, and the features that they make of images."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from ...events import Progress
from .augmentation import prepared
from .images import FrameReader

_AT_ONCE = 256
"""Frames that are encoded at once without a gradient."""
_SPREAD_OF_MAPS = 4.0
"""Initial standard deviation of the maps that spatial softmax finds peaks in."""


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
