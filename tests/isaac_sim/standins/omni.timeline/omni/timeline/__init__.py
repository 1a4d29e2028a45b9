# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Kit's timeline: what is asked for comes into force with the next update, and is then told on an event stream.

As the header `omni/timeline/ITimeline.h` of Kit 110.4 describes it.
"""

import enum

import carb.eventdispatcher
import carb.events
import omni.kit.app


class TimelineEventType(enum.IntEnum):
    """The events that are told here."""

    PLAY = 0
    PAUSE = 1
    STOP = 2


class Timeline:
    """Stopped at first."""

    def __init__(self) -> None:
        self._state = self._wanted = TimelineEventType.STOP
        self._auto_update, self._time = True, 0.0
        self._stream = carb.events.acquire_events_interface().create_event_stream()
        self._observer = carb.eventdispatcher.get_eventdispatcher().observe_event(
            observer_name="omni.timeline for tests",
            event_name=omni.kit.app.GLOBAL_EVENT_PRE_UPDATE,
            on_event=lambda event: self.commit(),
        )

    def play(self, *range) -> None:
        self._wanted = TimelineEventType.PLAY

    def pause(self) -> None:
        self._wanted = TimelineEventType.PAUSE

    def stop(self) -> None:
        self._wanted = TimelineEventType.STOP

    def commit(self) -> None:
        # A timeline that is stopped cannot be paused.
        if self._wanted is TimelineEventType.PAUSE and self._state is TimelineEventType.STOP:
            self._wanted = self._state
        if self._wanted is not self._state:
            self._state = self._wanted
            self._stream.push(int(self._state))
            self._stream.pump()

    def is_playing(self) -> bool:
        return self._state is TimelineEventType.PLAY

    def is_stopped(self) -> bool:
        return self._state is TimelineEventType.STOP

    def set_auto_update(self, auto_update: bool) -> None:
        self._auto_update = auto_update

    def is_auto_updating(self) -> bool:
        return self._auto_update

    def get_current_time(self) -> float:
        return self._time

    def set_current_time(self, seconds: float) -> None:
        self._time = seconds

    def get_timeline_event_stream(self):
        return self._stream


_timeline: Timeline | None = None


def get_timeline_interface(name: str = "") -> Timeline:
    global _timeline
    if _timeline is None:
        _timeline = Timeline()
    return _timeline
