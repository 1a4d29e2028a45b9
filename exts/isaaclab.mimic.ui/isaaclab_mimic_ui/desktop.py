# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""`mimic ui`: the Mimic window as a desktop program, without Kit."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from isaaclab_mimic_core.errors import PlatformError

_TITLE = "Isaac Lab Mimic"
_WIDTH, _HEIGHT = 1280, 720


def main(forget_imports: bool = False) -> int:
    """Open the window, and return when it is closed.

    Args:
        forget_imports: Start without the modules that earlier windows were told to import.

    Raises:
        PlatformError: There is no omni.ui, or no screen to show it on.
    """
    try:
        import omni.ui as ui
        import omni.ui_scene
    except (ImportError, OSError) as error:
        raise PlatformError(
            f"the desktop window needs omni.ui, which cannot be loaded ({error})",
            remedy="Install it: ./mimic.sh setup ui, and libvulkan1 libglfw3 mesa-vulkan-drivers (Debian's names).",
        ) from error
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("OMNIUI_HEADLESS")):
        raise PlatformError(
            "there is no screen to open a window on",
            where="DISPLAY",
            remedy="Start it from a desktop, or with xvfb-run; every verb of `mimic` works without a window, too.",
        )
    # Kit's name of it.
    sys.modules.setdefault("omni.ui.scene", omni.ui_scene)
    # omni.ui saves the positions of its windows in the current folder; our window needs none.
    litter = Path.cwd() / "imgui.ini"
    was_there = litter.exists()
    ui.init(_TITLE, _WIDTH, _HEIGHT, max_fps=None)
    try:
        asyncio.run(_run(forget_imports))
    finally:
        ui.shutdown()
        if not was_there:
            litter.unlink(missing_ok=True)
    return 0


async def _run(forget_imports: bool) -> None:
    import omni.ui as ui
    from omni.ui import _ui, standalone

    from .host.desktop import DesktopHost, keep_open
    from .window import MimicWindow
    from .workflow import IMPORTS

    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    host = DesktopHost(config / "isaaclab-mimic" / "window.json")
    if forget_imports:
        host.remember(IMPORTS, "")
    window = MimicWindow(
        host,
        flags=ui.WINDOW_FLAGS_NO_TITLE_BAR
        | ui.WINDOW_FLAGS_NO_MOVE
        | ui.WINDOW_FLAGS_NO_RESIZE
        | ui.WINDOW_FLAGS_NO_COLLAPSE
        | ui.WINDOW_FLAGS_NO_DOCKING,
        position_x=0,
        position_y=0,
    )
    window.show()
    told_to_end = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told_to_end.set)
    try:
        while not told_to_end.is_set():
            _fill(window.window)
            host.before_frame()
            host.pacing.paint(standalone._tick_one_frame)
            host.frame_passed()
            await host.rest()
            if _ui._standalone_should_close() and (window.may_close() or not keep_open()):
                break
    finally:
        window.destroy()


def _fill(window) -> None:
    """Make the window as large as the operating system's."""
    import omni.ui as ui

    width, height = ui.Workspace.get_main_window_width(), ui.Workspace.get_main_window_height()
    if (window.width, window.height) != (width, height):
        window.width, window.height = width, height
