# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Kit's USD context as far as it can be had without Kit's renderer: which stage is open, and in USD's stage cache.

As the header `omni/usd/UsdContext.h` of Kit 110.4 describes it: attaching is asynchronous, and the stage that was open
is closed and taken out of the cache; nobody else keeps it.
"""

import enum

import carb
import carb.eventdispatcher
import omni.kit.app
from pxr import Usd, UsdUtils


class StageEventType(enum.IntEnum):
    """The events that are told here."""

    OPENED = 2
    CLOSING = 5
    CLOSED = 6
    ASSETS_LOADED = 8
    ASSETS_LOADING = 10


class UsdContext:
    """One stage at most is open."""

    def __init__(self) -> None:
        self._own = Usd.StageCache()
        self._coming: list = []
        self._changed = False
        self.seen: list[str] = []
        """The root layers that have been open, in order."""
        self.edited_closed: list[str] = []
        """Root layers that were closed with changes nobody has saved."""
        dispatcher = carb.eventdispatcher.get_eventdispatcher()
        self._observer = dispatcher.observe_event(
            observer_name="omni.usd for tests",
            event_name=omni.kit.app.GLOBAL_EVENT_UPDATE,
            on_event=lambda event: self._take_over(),
        )

    # -- what the real one offers, too

    def get_stage(self):
        stages = self._own.GetAllStages()
        return stages[0] if stages else None

    def get_stage_id(self) -> int:
        stage = self.get_stage()
        return UsdUtils.StageCache.Get().GetId(stage).ToLongInt() if stage else -1

    def get_stage_url(self) -> str:
        stage = self.get_stage()
        return stage.GetRootLayer().identifier if stage else ""

    def attach_stage_with_callback(self, stage_id: int, on_finish_fn=None) -> bool:
        self._coming.append((stage_id, on_finish_fn))
        return True

    def new_stage(self) -> bool:
        return self._open(Usd.Stage.CreateInMemory("World"))

    def open_stage(self, url: str) -> bool:
        return self._open(Usd.Stage.Open(url))

    def close_stage(self) -> bool:
        stage = self.get_stage()
        if stage is None:
            return True
        self._tell(StageEventType.CLOSING)
        if self._changed:
            self.edited_closed.append(stage.GetRootLayer().identifier)
        if not UsdUtils.StageCache.Get().Erase(stage):
            carb.log_error("Removal of UsdStage from cache failed")
        self._own.Clear()
        self._changed = False
        self._tell(StageEventType.CLOSED)
        return True

    def has_pending_edit(self) -> bool:
        return self._changed

    def set_pending_edit(self, edit: bool) -> None:
        self._changed = edit

    def get_stage_loading_status(self):
        return "", 0, 0

    def get_stage_streaming_status(self) -> bool:
        return False

    def stage_event_name(self, kind: StageEventType) -> str:
        return f"omni.usd:stage_event:{kind.name}"

    # -- how it works

    def _take_over(self) -> None:
        coming, self._coming = self._coming, []
        for stage_id, on_finish in coming:
            stage = UsdUtils.StageCache.Get().Find(Usd.StageCache.Id.FromLongInt(stage_id))
            if stage is None:
                carb.log_error(f"There is no stage {stage_id} in the cache")
            else:
                self._open(stage)
            if on_finish is not None:
                on_finish(stage is not None, "")

    def _open(self, stage) -> bool:
        waiting = Usd.StageCache()
        waiting.Insert(stage)
        self.close_stage()
        self._own.Insert(stage)
        UsdUtils.StageCache.Get().Insert(stage)
        self.seen.append(stage.GetRootLayer().identifier)
        self._tell(StageEventType.OPENED)
        return True

    def _tell(self, kind: StageEventType) -> None:
        carb.eventdispatcher.get_eventdispatcher().dispatch_event(self.stage_event_name(kind), payload={})


_context: UsdContext | None = None


def get_context(name: str = "") -> UsdContext:
    global _context
    if _context is None:
        _context = UsdContext()
    return _context
