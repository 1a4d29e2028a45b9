# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The toolbar: its play group shows Stop whenever the timeline plays, as long as it has that button."""

import types

import omni.timeline


def _button():
    return types.SimpleNamespace(visible=True, enabled=True)


class _PlayGroup:
    def __init__(self) -> None:
        self._play_button, self._stop_button = _button(), _button()
        stream = omni.timeline.get_timeline_interface().get_timeline_event_stream()
        self._subscription = stream.create_subscription_to_pop_by_type(
            int(omni.timeline.TimelineEventType.PLAY), lambda event: self._on_play()
        )

    def _on_play(self) -> None:
        if self._stop_button is not None:
            self._stop_button.visible = self._stop_button.enabled = True


_toolbar = None


def get_instance():
    global _toolbar
    if _toolbar is None:
        _toolbar = types.SimpleNamespace(_builtin_tools=types.SimpleNamespace(_play_button_group=_PlayGroup()))
    return _toolbar
