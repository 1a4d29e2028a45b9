# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""`mimic ui`, which also reports on standard output what is on the screen: a line of JSON every few frames.

The window and the program are the product's; only the window's loop has a listener more.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tutorial"))

from eyes import describe

from isaaclab_mimic_ui import desktop, window

FRAMES = 3


class SeenWindow(window.MimicWindow):
    """Tells what it shows."""

    def __init__(self, host, **arguments) -> None:
        super().__init__(host, **arguments)
        self._telling = host.spawn(self._tell(host))

    def destroy(self) -> None:
        self._telling.cancel()
        super().destroy()

    async def _tell(self, host) -> None:
        while True:
            for _ in range(FRAMES):
                await host.next_update()
            print(json.dumps(describe(self)), flush=True)


if __name__ == "__main__":
    window.MimicWindow = SeenWindow
    sys.exit(desktop.main())
