# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The timeline of a demonstration takes clicks and drags."""

import math

from harness import in_kit


def snapshot(row, steps, selected=-1):
    """What `AnnotateByHand.snapshot` says of two hands with a mark each and one that is missing."""
    marks = [
        {"label": f"mark_{index}", "eef": eef, "step": step, "next": step is None, "selected": index == selected}
        for index, (eef, step) in enumerate(zip(("left", "left", "right"), steps, strict=True))
    ]
    curves = {"gripper": [float(i > 90) for i in range(201)], "height": [math.sin(i / 30) for i in range(201)]}
    return {
        "episode": "demo_0",
        "num_samples": 201,
        "row": row,
        "eefs": ["left", "right"],
        "marks": marks,
        "curves": curves,
    }


@in_kit(enable=["isaaclab.mimic.ui"])
def test_clicks_move_the_playhead_and_drags_move_marks(kit, tmp_path):
    import omni.ui as ui

    from isaaclab_mimic_ui.widgets import style
    from isaaclab_mimic_ui.widgets.timeline import Timeline

    told = []
    window = ui.Window("Timeline", width=700, height=300, position_x=50, position_y=50)
    window.frame.set_style(style.STYLE)
    with window.frame, ui.VStack():
        timeline = Timeline(
            *(lambda *what, name=name: told.append((name, *what)) for name in ("scrub", "move", "select"))
        )
        ui.Spacer()
    # As the panel does, which shows it anew in each frame.
    kit.pump_until(lambda: timeline.show(snapshot(30, (60, None, 120))) or timeline.shows_marks, "the marks")
    kit.middle_of(timeline.lanes["left"])
    kit.screenshot(tmp_path / "timeline.png")
    top = timeline.area.screen_position_y
    kit.click_at(timeline.x_of(100), top + 5)
    assert told == [("scrub", 100)]
    del told[:]
    kit.drag(timeline.x_of(20), top + 5, timeline.x_of(40), top + 5)
    assert told[0] == ("scrub", 20) and told[-1] == ("scrub", 40) and len(told) > 4
    del told[:]
    left = timeline.lanes["left"].screen_position_y + 10
    right = timeline.lanes["right"].screen_position_y + 10
    kit.click_at(timeline.x_of(120), right)
    assert told == [("select", "mark_2")]
    timeline.show(snapshot(30, (60, None, 120), selected=2))
    kit.middle_of(timeline.lanes["left"])
    kit.drag(timeline.x_of(60), left, timeline.x_of(75), left)
    assert told[1:] == [("select", "mark_0"), ("move", "mark_0", 75)], told
    kit.click_at(timeline.x_of(120), left)
    assert told[-1] == ("scrub", 120), "the mark there is the other hand's"
    window.destroy()
