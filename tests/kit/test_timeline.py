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


TEXTS = {"left": [["mark_0", "Take the cube"], ["mark_1", "Lift it"], [None, "Put it down"]]}


@in_kit(enable=["isaaclab.mimic.ui"])
def test_clicks_move_the_playhead_and_drags_move_marks(kit, tmp_path):
    import omni.ui as ui

    from isaaclab_mimic_core.events import EpisodeAnnotated
    from isaaclab_mimic_ui.running.subtask_names import SubtaskNames
    from isaaclab_mimic_ui.widgets import style
    from isaaclab_mimic_ui.widgets.marks import MarksTable
    from isaaclab_mimic_ui.widgets.timeline import Timeline

    told = []
    window = ui.Window("Timeline", width=700, height=300, position_x=50, position_y=50)
    window.frame.set_style(style.STYLE)
    with window.frame, ui.VStack():
        timeline = Timeline(
            *(lambda *what, name=name: told.append((name, *what)) for name in ("scrub", "move", "select"))
        )
        table = MarksTable()
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
    # With names, the segments that are known are bands, here and in the table of automatic annotation.
    names = SubtaskNames(TEXTS)
    timeline.show(snapshot(30, (60, 90, 120), selected=1), names)
    found = {"demo_0": EpisodeAnnotated("demo_0", True, {"mark_0": 60, "mark_1": 90}, "", 201)}
    found["demo_1"] = EpisodeAnnotated("demo_1", False, {}, "it does not succeed again")
    table.show(found, False, names)
    kit.middle_of(timeline.lanes["left"])
    kit.screenshot(tmp_path / "bands.png")
    # What is at the end needs no more room than there is.
    width = timeline.area.computed_width
    timeline.show(snapshot(200, (60, 199, 200), selected=1), names)
    kit.update(20)
    assert timeline.area.computed_width == width and timeline.lanes["right"].computed_width == width
    kit.screenshot(tmp_path / "end.png")
    window.destroy()
