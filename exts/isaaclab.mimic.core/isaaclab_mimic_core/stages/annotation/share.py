# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""One worker's share of the demonstrations that are to be annotated."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from ...datasets import Episode
from ...events import EpisodeAnnotated, Event, ShareReady
from ...options import AnnotateOptions
from ..asked import AskedPlayback, EpisodePieces, told_of
from ..replay.playback import Playback
from ..stage import Steps
from .automatic import Annotate

if TYPE_CHECKING:
    from ...envs import BatchedEnv


@dataclass(frozen=True)
class ShareOptions(AnnotateOptions):
    """What a share is; see `AnnotateOptions`."""

    names: tuple[str, ...] = ()
    """The demonstrations that are to be annotated, by whomever."""
    folder: str = ""
    """Where its pieces go."""


def start(**options: Any) -> "Share":
    """Build the stage from plain data, as a worker process gets it."""
    return Share(ShareOptions(**options))


class Share(AskedPlayback, Annotate):
    """Annotates the demonstrations that it is asked for; with none to annotate, nothing is simulated."""

    name = "annotate_share"
    options: ShareOptions

    def __init__(self, options: ShareOptions, env: "BatchedEnv | None" = None):
        # The driver writes.
        unused = str(Path(options.folder) / "unused.hdf5")
        super().__init__(replace(options, output=unused, overwrite=True, resume=False), env)
        self._result.leave_out({each.name: "" for each in self._result.episodes if each.name not in options.names})
        self._playback: Playback | None = None

    @property
    def _is_idle(self) -> bool:
        return super()._is_idle and not self._strayed

    @torch.inference_mode()
    def _annotate(self) -> Steps:
        from ...envs.recorder import EpisodeRecorder

        env, misfits = self.env, self._leave_out_misfits()
        playback = self._playback = self._prepare()
        self._pieces = EpisodePieces(self._resources, self.options.folder, env.env_args())
        recorder = EpisodeRecorder(env.num_envs, env.device, playback.longest, self._pieces.spool())
        about = told_of(env) | {"misfits": misfits}
        yield [self._enter("Annotating"), *self._remarks_on_format(), ShareReady(about)]
        while not self._stopping:
            if waiting := playback.waiting:
                self._refill(playback, recorder, waiting)
            if not playback.done:
                self._advance_all(playback, recorder)
            elif self._strayed:
                yield from self._read_strayed()
            yield self._pieces.take()
        return self._finish("stopped", {})

    def _told(self, index: int, told: EpisodeAnnotated, kept: Episode | None, strayed: str = "") -> list[Event]:
        """Write what came of a demonstration."""
        self._pieces.put(index, (told, strayed), kept)
        return []
