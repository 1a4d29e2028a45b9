# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""One worker's share of the rollouts of an evaluation."""

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...events import Event, ShareReady
from ...learning.perturb import Variant
from ...learning.rollouts import Rollout, Rollouts
from ...options import EvaluateOptions
from ..asked import AskedStage, put_piece, told_of
from ..stage import Steps
from .evaluate import Evaluate

if TYPE_CHECKING:
    from ...envs import BatchedEnv


@dataclass(frozen=True)
class ShareOptions(EvaluateOptions):
    """What a share is; see `EvaluateOptions`."""

    folder: str = ""
    """Where its pieces go."""


@dataclass(frozen=True)
class _Asked:
    """A rollout to make: what the driver calls it, and what it is."""

    piece: int
    variant: str
    checkpoint: str
    number: int


def start(**options: Any) -> "Share":
    """Build the stage from plain data, as a worker process gets it."""
    return Share(ShareOptions(**options))


class Share(AskedStage, Evaluate):
    """Makes the rollouts that it is asked for, and writes each as a piece.

    Rollouts of the policy that is running, under the same perturbation, begin in environments as these become free.
    """

    name = "evaluate_share"
    options: ShareOptions
    keeps_files = False

    def __init__(self, options: ShareOptions, env: "BatchedEnv | None" = None):
        super().__init__(options, env)
        self._todo: deque[_Asked] = deque()
        self._running: dict[int, _Asked] = {}
        """Number of a rollout of the policy that is running -> what was asked for."""

    @property
    def _is_idle(self) -> bool:
        return self._begun and not self._todo and not self._running

    def _request(self, name: str, **arguments: Any) -> None:
        """Offer `work(numbers, rollouts)`: rollouts to make, each a variant's name, a checkpoint and its number."""
        if name == "work":
            asked = zip(arguments["numbers"], arguments["rollouts"], strict=True)
            self._todo += [_Asked(int(piece), *rollout) for piece, rollout in asked]
        else:
            super()._request(name, **arguments)

    def run(self) -> Steps:
        yield self._started()
        yield from self._prepare()
        yield [ShareReady(told_of(self.env) | {"variants": [variant.name for variant in self._result.variants]})]
        while not self._stopping:
            if self._todo:
                first = self._todo[0]
                variant = next(each for each in self._result.variants if each.name == first.variant)
                yield from self._configure(variant)
                yield from self._roll_out(variant, first.checkpoint, self._take_next(first))
            else:
                yield []
        return self._finish("stopped", {})

    def _take_next(self, like: _Asked) -> list[int]:
        """Take the next rollouts of one policy under one perturbation; return their numbers."""
        taken = []
        while self._todo and (self._todo[0].variant, self._todo[0].checkpoint) == (like.variant, like.checkpoint):
            taken.append(self._todo.popleft())
        self._running |= {asked.number: asked for asked in taken}
        return [asked.number for asked in taken]

    def _play_step(self, rollouts: Rollouts) -> list[Rollout]:
        if self._todo and self._running:
            rollouts.add(self._take_next(next(iter(self._running.values()))))
        return super()._play_step(rollouts)

    def _take(self, rollout: Rollout) -> Event:
        """Write a rollout that has ended."""
        return put_piece(self.options.folder, self._running.pop(rollout.attempt).piece, rollout.row())

    def _measured(self, variant: Variant, name: str) -> list[Event]:
        """The driver measures."""
        return []
