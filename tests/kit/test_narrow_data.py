# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The Data panel in a narrow window: its halves stand above each other, and nothing is cut off on the right."""

from pathlib import Path

from harness import in_kit
from mimic_window import open_window

UI = "isaaclab.mimic.ui"
DEMOS = Path(__file__).parents[2] / "data" / "franka_stack" / "demos.hdf5"


def shown_whole(window, panel) -> None:
    """See to it that whatever stands at the right of the panel ends within the window."""
    end = window.window.position_x + window.window.width
    widgets = {
        "file": panel.choose_button,
        "known": panel._buttons["generated"],
        "check": panel.check_button,
        "output": panel.edit_card.fields["output"],
        "export": panel.edit_card.buttons["export"],
        "right half": panel._right,
    }
    ends = {name: widget.screen_position_x + widget.computed_width for name, widget in widgets.items()}
    assert all(each <= end for each in ends.values()), (end, ends)


@in_kit(enable=[UI])
def test_a_narrow_window_shows_data_whole(kit, tmp_path):
    window = open_window(kit)
    panel = window.panel("data")
    panel.open(str(DEMOS))
    kit.pump_until(lambda: panel.summary and panel.demo_rows, 60)
    panel.choose("demo_3")
    kit.pump_until(lambda: panel._signals, 60)
    kit.update(5)
    shown_whole(window, panel)
    assert panel._right.screen_position_x > panel._left.screen_position_x + 300, "side by side where there is room"
    for width in (719, 560, 480):
        window.window.width = width
        kit.update(8)
        kit.screenshot(tmp_path / f"{width}.png")
        window.window.position_y, window.window.height = -520, 1200
        kit.update(5)
        kit.screenshot(tmp_path / f"{width}_below.png")
        window.window.position_y, window.window.height = 30, 640
        kit.update(5)
        shown_whole(window, panel)
        assert panel._right.screen_position_y > panel.edit_card.buttons["export"].screen_position_y
    assert panel.demo == "demo_3" and len(panel.demo_rows) == 10, "what was looked at is kept"
    window.window.width = 1120
    kit.update(8)
    shown_whole(window, panel)
    assert panel._right.screen_position_x > panel._left.screen_position_x + 300
    kit.click(panel.demo_rows["demo_1"])
    kit.pump_until(lambda: panel.demo == "demo_1", 30)
