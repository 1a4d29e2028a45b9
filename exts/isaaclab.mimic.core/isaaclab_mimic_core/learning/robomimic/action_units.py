# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Train a policy's output layer in units of each action's standard deviation.

Adam changes every weight by about the learning rate, whatever the size of the gradient. So it changes an action of a
few hundredths, such as a relative pose, as much as one between -1 and 1: for small actions the steps are too long.
Normalised actions solve this (`train.action_config` of robomimic 0.4), but checkpoints of robomimic 0.3 cannot hold the
statistics. Here the weights of the output layer, and their updates, are scaled by the standard deviation instead. To
Adam this is equivalent to learning normalised actions, and the checkpoint is an ordinary one.
"""

from typing import Any

import torch

_LEAST_SPREAD = 1e-3
"""Smallest standard deviation, so that a constant action can still be learned."""
_MOST_MEAN = 0.999
"""Largest mean of an action; the tanh reaches 1 only with an infinite weight."""


class ActionUnits:
    """The units of a policy's output layer.

    A tanh turns the layer's outputs into actions, or into the means of their distribution. The layer is initialised so
    that all actions are close to the mean of the dataset's actions.

    Args:
        layer: The output layer with its initial weights; changed in place.
        actions: (N, A) float32, all actions of the dataset.
    """

    def __init__(self, layer: torch.nn.Linear, actions: torch.Tensor):
        self._layer = layer
        exact = actions.double()
        mean = exact.mean(dim=0).clamp(-_MOST_MEAN, _MOST_MEAN)
        spread = exact.std(dim=0, correction=0).clamp(min=_LEAST_SPREAD)
        # Units before the tanh, whose slope at the mean is 1 - mean².
        spread = (spread / (1.0 - mean**2)).clamp(max=1.0)
        modes = layer.out_features // actions.shape[1]
        self.scale = spread.float().repeat(modes)
        """(modes * A,) float32 factors of the layer's weights and of their updates."""
        with torch.no_grad():
            layer.weight *= self.scale[:, None]
            layer.bias.mul_(self.scale).add_(torch.atanh(mean).float().repeat(modes))

    @torch.no_grad()
    def update(self, optimiser: torch.optim.Optimizer) -> None:
        """Make the optimiser's step, in these units."""
        weight, bias = self._layer.weight, self._layer.bias
        before = weight.clone(), bias.clone()
        optimiser.step()
        torch.lerp(before[0], weight, self.scale[:, None], out=weight)
        torch.lerp(before[1], bias, self.scale, out=bias)


def output_layer(model: Any) -> torch.nn.Linear | None:
    """Return the layer of a `bc` model that outputs actions, or the means of their distribution; None if none does.

    robomimic calls it `mean` in policies with a distribution, `action` in those without (`models/policy_nets.py`).
    """
    found = [
        layer
        for name, layer in model.nets["policy"].named_modules()
        if name.split(".")[-1] in ("mean", "action") and isinstance(layer, torch.nn.Linear)
    ]
    return found[0] if len(found) == 1 else None
