# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Which keys and menu places Isaac Sim 6.2 has taken, so that tests without its packages know them.

From isaacsim.gui.menu 2.10.12, isaacsim.replicator.teleop.ui 0.4.5 and isaacsim.replicator.episode_recorder.ui 0.1.5,
as they register them when they start; `test_neighbours.py` compares.
"""

MENU_KEYS = frozenset(
    {
        "CTRL+N",
        "CTRL+O",
        "CTRL+S",
        "CTRL+ALT+S",
        "SHIFT+CTRL+S",
        "CTRL+Z",
        "CTRL+Y",
        "CTRL+R",
        "CTRL+A",
        "ESCAPE",
        "CTRL+I",
    }
    | {"UP", "SHIFT+CTRL+I", "CTRL+D", "P", "SHIFT+P", "CTRL+G", "H", "SHIFT+DEL", "DEL", "F2", "F", "F10"}
)
"""The hotkeys of the menus File and Edit. The neighbours have none."""

NEIGHBOURS = {("Tools/Replicator", "Teleop"), ("Tools/Replicator", "Episode Recorder")}
"""Menu and item of the neighbours' windows; each item is also the window's title."""

NEIGHBOURS_SETTINGS = (
    "/persistent/exts/isaacsim.replicator.teleop",
    "/persistent/exts/isaacsim.replicator.episode_recorder.ui",
)
"""Where the neighbours remember what was chosen."""
