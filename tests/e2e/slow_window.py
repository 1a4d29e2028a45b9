# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A window of omni.ui that paints slowly, and tells when keys were moved: a line of JSON for each."""

import json
import sys
import time
from pathlib import Path

import omni.ui as ui
import omni.ui_scene

sys.modules.setdefault("omni.ui.scene", omni.ui_scene)

from omni.ui import standalone  # noqa: E402

from isaaclab_mimic_ui.host.desktop import DesktopHost  # noqa: E402
from isaaclab_mimic_ui.window import TITLE  # noqa: E402

FRAME = 0.4
"""[s] Between two frames."""

ui.init(TITLE, 400, 300, max_fps=None)
window = ui.Window("keys", width=400, height=300, position_x=0, position_y=0)
host = DesktopHost(Path("window.json"))


def tell(name: str, pressed: bool, modifiers: int, at: float) -> bool:
    print(json.dumps([name, pressed, at]), flush=True)
    return True


stop = host.listen_to_keys(window, tell)
for _ in range(10):
    standalone._tick_one_frame()
print(json.dumps("ready"), flush=True)
while True:
    host.before_frame()
    standalone._tick_one_frame()
    time.sleep(FRAME)
