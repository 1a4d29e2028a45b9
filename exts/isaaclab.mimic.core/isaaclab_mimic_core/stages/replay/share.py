# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""One worker's share of the demonstrations that are to be replayed."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import torch

from ...events import EpisodeReplayed, Event, ShareReady
from ...options import ReplayOptions
from ..asked import AskedStage, put_piece
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


class Share(AskedStage, Replay):
    """Replays the demonstrations that it is asked for, each in the environment in which one process would.

    With none to replay, nothing is simulated.
    """

    name = "replay_share"
    options: ShareOptions

    def __init__(self, options: ShareOptions, env: "BatchedEnv | None" = None):
        super().__init__(options, env)
        self._place: dict[int, int] = {}
        """Demonstration -> environment."""
        self._pieces: list[Event] = []

    @property
    def _is_idle(self) -> bool:
        return self._playback is not None and self._playback.done

    def _request(self, name: str, **arguments: Any) -> None:
        """Offer `work(numbers)`: demonstrations to replay, by their places among those that are wanted."""
        if name == "work":
            assert self._playback is not None
            for number in map(int, arguments["numbers"]):
                self._playback.add(self._place[number], number)
        else:
            super()._request(name, **arguments)

    @torch.inference_mode()
    def _replay(self) -> Steps:
        env, playback = self.env, self._prepare()
        info = {name: env.info.get(name) for name in ("physics", "assets", "ik")}
        about = {**info, "info": env.info, "device": str(env.device), "num_envs": env.num_envs}
        yield [self._enter("Replaying"), ShareReady(about)]
        while not self._stopping:
            if waiting := playback.waiting:
                self._refill(playback, waiting)
            if not playback.done:
                self._advance_all(playback)
            made, self._pieces = self._pieces, []
            yield made
        return self._finish("stopped", {})

    def _assign(self, lengths: list[int], rest_steps: int) -> list[list[int]]:
        queues = super()._assign(lengths, rest_steps)
        self._place = {index: env_id for env_id, queue in enumerate(queues) for index in queue}
        return [[] for _ in queues]

    def _told(self, index: int, verdict: EpisodeReplayed) -> None:
        """Write a verdict."""
        self._pieces.append(put_piece(self.options.folder, index, asdict(verdict)))
