# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Learn actions that reach beyond [-1, 1], which is all that robomimic's policies can say.

Their last layer is a tanh. Absolute poses [m] and finger joints [rad] go beyond it: without this a policy is trained on
targets that it cannot reach, and its hand stays where the tanh ends. So each dimension is mapped from its range in the
dataset to [-1, 1], and back where the policy acts. This is `train.action_config` of robomimic 0.4 with `min_max`, and
the checkpoint holds scale and offset as there. (Isaac Lab's `train.py --normalize_training_actions` has one scale for
all dimensions, which is given to its `play.py` by hand.)
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch

from ...errors import ConfigError
from .batches import Batches

KEY = "action_normalization_stats"
"""Where a checkpoint of robomimic 0.4 has scale and offset; 0.3.0 does not look at it."""
_TOLERANCE = 1e-6
_LEAST_RANGE = 1e-4
"""Ranges below this are not stretched: the action is constant."""
_REACHED = 0.999999
"""Where the ends of a range lie; a tanh reaches 1 only in infinity."""


@dataclass(frozen=True)
class ActionRange:
    """Maps actions to [-1, 1] and back: action = scale * learned + offset."""

    scale: torch.Tensor
    """(A,) float32, above 0, in the action's unit."""
    offset: torch.Tensor
    """(A,) float32, in the action's unit."""

    @classmethod
    def of(cls, actions: torch.Tensor) -> "ActionRange":
        """Return the one that maps the range of each dimension of (N, A) actions to [-1, 1]."""
        low, high = actions.double().aminmax(dim=0)
        half = (high - low) / 2
        scale = torch.where(half < _LEAST_RANGE / 2, 1.0, half / _REACHED)
        return cls(scale.float(), ((low + high) / 2).float())

    @classmethod
    def from_stats(cls, stats: dict, width: int) -> "ActionRange":
        """Return the one of a checkpoint, the inverse of `stats`.

        Args:
            stats: What the checkpoint says.
            width: The number A of actions that its policy returns.

        Raises:
            KeyError, TypeError, ValueError: It is none for so many actions.
        """
        scale, offset = (torch.tensor(stats["actions"][name]).float().reshape(-1) for name in _NAMES)
        finite = bool(scale.isfinite().all() and offset.isfinite().all())
        if len(scale) != width or len(offset) != width or not finite or bool((scale <= 0.0).any()):
            raise ValueError(f"{KEY} are not a scale above 0 and an offset for each of {width} actions")
        return cls(scale, offset)

    def on(self, device: torch.device) -> "ActionRange":
        """Return it with its tensors on a device."""
        return ActionRange(self.scale.to(device), self.offset.to(device))

    def stats(self) -> dict[str, dict[str, list[list[float]]]]:
        """Return it as robomimic 0.4 has it in checkpoints."""
        return {"actions": {name: [getattr(self, name).tolist()] for name in _NAMES}}

    def normalise(self, actions: torch.Tensor) -> torch.Tensor:
        """Return what is learned, (..., A), for actions (..., A)."""
        return (actions - self.offset) / self.scale

    def restore(self, learned: torch.Tensor) -> torch.Tensor:
        """Return actions (..., A) for what has been learned, (..., A)."""
        return learned * self.scale + self.offset


_NAMES = ("scale", "offset")


class NormalisedBatches:
    """Batches with normalised actions.

    Args:
        batches: The batches, with actions as in the dataset.
        range_: The range.
    """

    def __init__(self, batches: Batches, range_: ActionRange):
        self._batches, self._range = batches, range_
        self.one_pass = batches.one_pass

    def epoch(self, number: int, steps: int) -> Iterator[dict[str, Any]]:
        """Yield `steps` batches, for epoch `number` counted from 1."""
        for batch in self._batches.epoch(number, steps):
            yield {**batch, "actions": self._range.normalise(batch["actions"])}


def range_to_learn(actions: torch.Tensor, asked: bool, exact: bool) -> tuple[ActionRange | None, list[str]]:
    """Return the range to learn actions in, or None to learn them as they are.

    Args:
        actions: (N, A) all actions that are trained on.
        asked: Whether the configuration asks for it.
        exact: Whether robomimic's own loop is reproduced, which learns actions as they are.

    Returns:
        The range, and notes for the user.

    Raises:
        ConfigError: The loop is robomimic's own, and actions have to be normalised.
    """
    low, high = (float(value) for value in actions.aminmax())
    beyond = max(-low, high) > 1.0 + _TOLERANCE
    if not (beyond or asked):
        return None, []
    reach = f"actions reach from {low:.3g} to {high:.3g}, and robomimic's policies act between -1 and 1"
    if exact:
        raise ConfigError(
            reach if beyond else "robomimic 0.3.0's own loop does not normalise actions",
            where="--exact",
            remedy="Leave it out: then they are learned normalised." if beyond else "Leave it out.",
        )
    notes = [f"{reach[0].upper()}{reach[1:]}: they are learned normalised (min_max)."] if beyond else []
    return ActionRange.of(actions), notes
