# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The Dataset panel in a narrow window: its halves stand above each other, and nothing is cut off on the right.

In a wide one, a demonstration is opened in Rerun.
"""

import os
from pathlib import Path

from harness import in_kit
from mimic_window import open_window

UI = "isaaclab.mimic.ui"
DEMOS = Path(__file__).parents[2] / "data" / "franka_stack" / "demos.hdf5"


def shown_whole(kit, window, panel, side_by_side: bool) -> None:
    """Wait until the halves of the panel lie as they should, and all that is at its right ends within the window."""

    def look() -> dict:
        widgets = {
            "file": panel.chooser.choose_button,
            "known": panel.chooser.known_buttons["generated"],
            "check": panel.buttons["check"],
            "rerun": panel.buttons["rerun"],
            "output": panel.edit_card.fields["output"],
            "export": panel.edit_card.buttons["export"],
            "right half": panel.demo.frame,
        }
        end = window.window.position_x + window.window.width
        ends = {name: widget.screen_position_x + widget.computed_width for name, widget in widgets.items()}
        return {
            "cut off": {name: each - end for name, each in ends.items() if each > end},
            "side by side": panel.demo.frame.screen_position_x > panel.left.screen_position_x + 300,
            "below": panel.demo.frame.screen_position_y > panel.edit_card.buttons["export"].screen_position_y,
        }

    kit.expect(look, {"cut off": {}, "side by side": side_by_side, "below": not side_by_side})


@in_kit(enable=[UI])
def test_a_narrow_window_shows_data_whole(kit, tmp_path):
    window = open_window(kit)
    panel = window.panel("dataset")
    panel.open(str(DEMOS))
    kit.pump_until(lambda: panel.file.summary and panel.table.rows, "the file")
    kit.expect(lambda: panel.buttons["rerun"].enabled, False)
    panel.open_in_rerun()
    assert not panel.command.is_running, "a whole file is not exported unasked"
    panel.choose("demo_3")
    kit.expect(lambda: panel.buttons["rerun"].enabled, True)
    kit.pump_until(lambda: panel.file.signals, "the demonstration")
    shown_whole(kit, window, panel, side_by_side=True)
    for width in (719, 560, 480):
        window.window.width = width
        shown_whole(kit, window, panel, side_by_side=False)
        kit.screenshot(tmp_path / f"{width}.png")
        window.window.position_y, window.window.height = -520, 1200
        kit.screenshot(tmp_path / f"{width}_below.png")
        window.window.position_y, window.window.height = 30, 640
        shown_whole(kit, window, panel, side_by_side=False)
    assert panel.file.demo == "demo_3" and len(panel.table.rows) == 10, "what was looked at is kept"
    window.window.width = 1120
    shown_whole(kit, window, panel, side_by_side=True)
    # The demonstration that is looked at, in a viewer that does nothing.
    os.environ |= {"RERUN_CLI_PATH": "/bin/true", "MIMIC_CACHE": str(tmp_path / "cache")}
    kit.click(lambda: panel.buttons["rerun"])
    kit.pump_until(lambda: panel.command.done, "the viewer", lambda: (panel.failure, panel.command.said))
    assert panel.command.done.startswith("Rerun's viewer opens.\n1 demonstrations")
    assert len(list(tmp_path.glob("cache/rerun/demos-*/demo_3.rrd"))) == 1
    kit.click(panel.table.rows["demo_1"])
    kit.expect(lambda: panel.file.demo, "demo_1")
