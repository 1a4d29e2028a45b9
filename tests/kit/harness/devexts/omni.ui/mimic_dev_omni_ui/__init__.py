# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Runs ovui, the standalone omni.ui, as Kit's omni.ui: one of its frames for each update of Kit."""

import os
import sys
import types

import carb
import carb.eventdispatcher
import carb.settings
import omni.ext
import omni.kit.app


def _kit_free_compat() -> types.ModuleType:
    """Replace ovui's `_compat`.

    It takes the presence of carb for a full Kit, and then asks for files that its wheel does not hold.
    """
    settings = carb.settings.get_settings()

    def get_setting(path, default=None):
        value = settings.get(path)
        return default if value is None else value

    compat = types.ModuleType("omni.ui._compat")
    compat._IN_KIT = False
    compat.log_info, compat.log_warn, compat.log_error = carb.log_info, carb.log_warn, carb.log_error
    compat.get_setting, compat.set_setting = get_setting, settings.set
    compat.subscribe_to_change = settings.subscribe_to_node_change_events
    compat.unsubscribe_to_change = settings.unsubscribe_to_change_events
    compat.step_frame = lambda count=1: None
    return compat


os.environ.setdefault("OMNIUI_HEADLESS", "1")
sys.modules.setdefault("omni.ui._compat", _kit_free_compat())

import omni.ui  # noqa: E402  only now
import omni.ui_scene  # noqa: E402
from omni.ui import standalone  # noqa: E402

# Kit's name of it.
sys.modules.setdefault("omni.ui.scene", omni.ui_scene)


class OmniUiForDevelopment(omni.ext.IExt):
    """Starts the invisible screen and paints it."""

    def on_startup(self, ext_id: str) -> None:
        settings = carb.settings.get_settings()
        width, height = (settings.get(f"/exts/omni.ui/{name}") for name in ("width", "height"))
        omni.ui.init("Kit", width, height, max_fps=None)
        self._painting = carb.eventdispatcher.get_eventdispatcher().observe_event(
            observer_name="omni.ui for development",
            event_name=omni.kit.app.GLOBAL_EVENT_UPDATE,
            on_event=lambda event: standalone._tick_one_frame(),
            order=100,
        )

    def on_shutdown(self) -> None:
        self._painting = None
        omni.ui.shutdown()
