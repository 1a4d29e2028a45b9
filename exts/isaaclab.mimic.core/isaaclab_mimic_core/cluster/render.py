# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Render camera images of recorded demonstrations with several workers."""

import shutil
from typing import Any

from ..datasets import DatasetReader
from ..errors import OptionError
from ..events import EpisodeSkipped, Event, Progress
from ..options import RenderOptions
from ..remote.render import SHARE, Render
from .hand_out import HandOut
from .shared_work import Arrived, SharedWork


class RenderShared(SharedWork):
    """Hands demonstrations out to workers, and copies what they draw into the output in the order of the input."""

    name = "render"
    share = SHARE
    options: RenderOptions

    def __init__(self, options: RenderOptions):
        if options.video:
            raise OptionError("films are drawn in this process", where="--video", remedy="Leave out --workers.")
        if options.processes:
            raise OptionError("workers draw", where="--processes", remedy="Give the number of workers: --workers.")
        self._render = Render(options)
        super().__init__(self._render.options, self._render.options.output)
        self._at = self._render.saved
        self._reader: DatasetReader | None = None

    @property
    def progress(self) -> Progress:
        return self._render.progress

    @property
    def _first(self) -> int:
        return self._at

    def _beginning(self) -> list[Event]:
        return [EpisodeSkipped(name, reason) for name, reason in self._render.skipped.items()]

    def _is_over_already(self) -> bool:
        return self._render.saved == len(self._render.wanted)

    def _alike(self) -> tuple[str, ...]:
        return "physics", "assets"

    def _hand_out(self) -> HandOut:
        self._reader = self._resources.enter_context(DatasetReader(self.options.input))
        self._resources.enter_context(self._render)
        # Pieces of a run without workers, which this one does not use.
        shutil.rmtree(self._render.folder, ignore_errors=True)
        return HandOut(self._at, len(self._render.wanted))

    def _share_options(self) -> dict[str, Any]:
        names, variations = map(list, zip(*self._render.wanted, strict=True))
        asked = {"names": names, "variations": variations, "on_request": True}
        return {**self._render.passed_on(), **asked, "device": self._device}

    def _merge(self, piece: Arrived) -> list[Event]:
        assert self._reader is not None
        return [self._render.take(self._reader, piece.path)]

    def _entry(self, piece: Arrived) -> dict[str, Any]:
        name, variation = self._render.wanted[piece.number]
        return {"from": name, "variation": variation}

    def _poll(self) -> tuple[str, list[Event]]:
        return ("done" if self._render.saved == len(self._render.wanted) else ""), []

    def _close(self, outcome: str) -> list[Event]:
        self._phase = outcome
        return self._render.finish()
