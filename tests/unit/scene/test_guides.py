# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What helps somebody who drives: geometry and words alone."""

from isaaclab_mimic_ui.scene import guides


def pose(x, y, z):
    return [[1.0, 0.0, 0.0, x], [0.0, 1.0, 0.0, y], [0.0, 0.0, 1.0, z], [0.0, 0.0, 0.0, 1.0]]


WATCHED = {
    "eefs": {"franka": pose(0.4, 0.1, 0.25)},
    "objects": {"cube_1": pose(0.5, 0.0, 0.02), "cube_2": pose(0.43, 0.14, 0.05)},
    "openings": {"franka": 0.0731},
}


def test_a_plumb_line_ends_at_the_height_of_the_lowest_object():
    down, *cross = guides.plumb_lines(WATCHED)
    assert down.points == ([0.4, 0.1, 0.25], [0.4, 0.1, 0.02])
    assert len(cross) == 2 and all(point[2] == 0.02 for line in cross for point in line.points)
    assert guides.plumb_lines(WATCHED | {"objects": {}}) == []


def test_the_object_of_the_subtask_is_measured():
    snapshot = {"instructions": {"franka": {"now": "Grasp red cube", "object": "cube_2"}}}
    assert (
        guides.readings(WATCHED, snapshot)
        == "Grasp red cube   cube 2: 5.0 cm aside, 20.0 cm lower   gripper 7.3 cm open"
    )
    snapshot["instructions"]["franka"] |= {"object": None}
    assert guides.readings(WATCHED, snapshot) == "Grasp red cube   gripper 7.3 cm open"
    assert guides.readings(WATCHED | {"openings": {}}, {}) == ""


def test_the_readings_say_what_the_axes_follow_and_what_else_they_could():
    for followed, other in (("view", "robot"), ("robot", "view")):
        told = {"readings": {"orientation": followed}}
        assert (guides.orientation(told), guides.other_orientation(told)) == (followed, other)
    for told in ({}, {"readings": None}, {"readings": {}}):
        assert guides.orientation(told) == guides.other_orientation(told) == "", "a headset has no such axes"
