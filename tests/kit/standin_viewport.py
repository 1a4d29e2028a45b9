# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A viewport to draw over, for use inside Kit: omni.kit.viewport.* is in no wheel.

The window, its layers and the scene views are omni.ui's own; only the camera and the picture behind are missing.
"""

import sys
import types


class ViewportApi:
    """Shows added scene views through its camera, as Kit's does."""

    def __init__(self, camera):
        self.views, self._camera = [], camera

    def add_scene_view(self, view):
        view.model = self._camera
        self.views.append(view)

    def remove_scene_view(self, view):
        self.views.remove(view)


class ViewportWindow:
    """A window with layers by name."""

    def __init__(self, camera):
        import omni.ui as ui

        self.viewport_api = ViewportApi(camera)
        self.window = ui.Window("Viewport", width=380, height=300, position_x=890, position_y=400)
        with self.window.frame:
            self._layers = ui.ZStack()
        self._frames = {}

    def get_frame(self, name):
        import omni.ui as ui

        if name not in self._frames:
            with self._layers:
                self._frames[name] = ui.Frame()
        return self._frames[name]


def open_viewport(camera) -> ViewportWindow:
    """Open a viewport, and have `omni.kit.viewport.utility` find it."""
    window = ViewportWindow(camera)
    for name in ("omni.kit.viewport", "omni.kit.viewport.utility"):
        sys.modules[name] = types.ModuleType(name)
    sys.modules["omni.kit.viewport.utility"].get_active_viewport_window = lambda: window
    return window
