# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Watch a policy: rollouts in real time, without files."""

import time
from collections.abc import Generator
from typing import TYPE_CHECKING

from ...errors import OptionError
from ...events import Event
from ...learning.rollouts import Rollout, Rollouts
from ...options import PlayOptions
from ..pace import Pace
from .evaluate import Evaluate

if TYPE_CHECKING:
    from ...envs import BatchedEnv


class Play(Evaluate):
    """Runs rollouts to watch; closing the view ends it."""

    name = "play"
    options: PlayOptions
    keeps_files = False

    def __init__(self, options: PlayOptions, env: "BatchedEnv | None" = None):
        if options.video:
            raise OptionError(
                "playing writes no files",
                where="--video",
                remedy="mimic evaluate --video N films N rollouts of each checkpoint.",
            )
        if options.is_shared:
            raise OptionError("one process plays", where="--workers", remedy="mimic evaluate takes --workers.")
        super().__init__(options, env)
        self._pace = Pace(0.0)

    @property
    def due(self) -> float:
        # Without a viewer, run as fast as possible.
        seen = self.options.viz != "none" or self._watched >= 0
        return self._pace.due if seen and not self.paused else super().due

    def _open(self, *arguments) -> Generator[list[Event], None, None]:
        yield from super()._open(*arguments)
        self._pace = Pace(1.0 / self.env.step_dt)

    def _play_step(self, rollouts: Rollouts) -> list[Rollout]:
        if self.env.live.closed:
            self._stopping = True
        self._pace.tick(time.monotonic())
        return super()._play_step(rollouts)
