# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Let a policy's output layer learn in units of each action's spread.

Adam moves every weight by about the learning rate, whatever the gradient. An action of a few hundredths, as a relative
pose has, is moved by that as far as one that reaches from -1 to 1: for it the steps are too long. Normalising actions
mends that (robomimic from 0.4 on: `train.action_config`); robomimic 0.3's checkpoints have no place for the numbers.
Here the layer that puts out the actions is given weights smaller by the spread, and updates smaller by it, too: to
Adam that is the same as learning normalised actions, and the checkpoint is any other's.
"""

from typing import Any

import torch

_LEAST_SPREAD = 1e-3
"""A constant action stays learnable."""
_MOST_MEAN = 0.999
"""An action of 1 would take an infinite weight."""


class ActionUnits:
    """The units of a policy's output layer.

    The layer's outputs become actions, or the means of their distribution, by a tanh: it begins where all actions are
    about the mean of the dataset's.

    Args:
        layer: The output layer, its weights as they were drawn; changed in place.
        actions: (N, A) float32, all actions of the dataset.
    """

    def __init__(self, layer: torch.nn.Linear, actions: torch.Tensor):
        self._layer = layer
        exact = actions.double()
        mean = exact.mean(dim=0).clamp(-_MOST_MEAN, _MOST_MEAN)
        spread = exact.std(dim=0, correction=0).clamp(min=_LEAST_SPREAD)
        # Before the tanh, whose slope at the mean is 1 - mean².
        spread = (spread / (1.0 - mean**2)).clamp(max=1.0)
        modes = layer.out_features // actions.shape[1]
        self.scale = spread.float().repeat(modes)
        """(modes * A,) float32, by which the layer's weights and their updates are smaller."""
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
    """Return the layer that puts out the actions of a `bc` model, or the means of their distribution; None: no layer.

    robomimic calls it `mean` in policies with a distribution, `action` in those without (`models/policy_nets.py`).
    """
    found = [
        layer
        for name, layer in model.nets["policy"].named_modules()
        if name.split(".")[-1] in ("mean", "action") and isinstance(layer, torch.nn.Linear)
    ]
    return found[0] if len(found) == 1 else None
