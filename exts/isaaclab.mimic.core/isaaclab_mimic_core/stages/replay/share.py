# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""One worker's share of the demonstrations that are to be replayed."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import torch

from ...events import EpisodeReplayed, Event, ShareReady
from ...options import ReplayOptions
from ..asked import AskedPlayback, put_piece, told_of
from ..stage import Steps
from .replay import Replay

if TYPE_CHECKING:
    from ...envs import BatchedEnv


@dataclass(frozen=True)
class ShareOptions(ReplayOptions):
    """What a share is; see `ReplayOptions`."""

    folder: str = ""
    """Where its pieces go."""


def start(**options: Any) -> "Share":
    """Build the stage from plain data, as a worker process gets it."""
    return Share(ShareOptions(**options))


class Share(AskedPlayback, Replay):
    """Replays the demonstrations that it is asked for; with none to replay, nothing is simulated."""

    name = "replay_share"
    options: ShareOptions

    def __init__(self, options: ShareOptions, env: "BatchedEnv | None" = None):
        super().__init__(options, env)
        self._pieces: list[Event] = []

    @torch.inference_mode()
    def _replay(self) -> Steps:
        playback = self._prepare()
        yield [self._enter("Replaying"), ShareReady(told_of(self.env))]
        while not self._stopping:
            if waiting := playback.waiting:
                self._refill(playback, waiting)
            if not playback.done:
                self._advance_all(playback)
            made, self._pieces = self._pieces, []
            yield made
        return self._finish("stopped", {})

    def _told(self, index: int, verdict: EpisodeReplayed) -> None:
        """Write a verdict."""
        self._pieces.append(put_piece(self.options.folder, index, asdict(verdict)))
