# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What is drawn of a watched environment: geometry alone, without a window."""

import numpy as np

from isaaclab_mimic_ui.scene import guides, shapes


def pose(x=0.0, y=0.0, z=0.0):
    return [[1.0, 0.0, 0.0, x], [0.0, 0.0, -1.0, y], [0.0, 1.0, 0.0, z], [0.0, 0.0, 0.0, 1.0]]


def watched(x, attempt=0, subtask=0, env=0, **more):
    told = {"env": env, "origin": [2.0, 0.0, 0.0], "eefs": {"arm": pose(x)}, "objects": {"cube_1": pose(0.5, 0.1)}}
    return {**told, "attempt": attempt, "subtask": {"arm": subtask}, **more}


def of(role, found):
    return [shape for shape in found if shape.role == role]


def test_the_way_done_grows_and_begins_anew_with_each_attempt():
    tracks = shapes.Tracks()
    assert not of(shapes.DONE, tracks.shapes(watched(0.0)))
    for x in (0.01, 0.02, 0.02, 0.03):
        found = tracks.shapes(watched(x))
    (line,) = of(shapes.DONE, found)
    assert [point[0] for point in line.points] == [0.0, 0.01, 0.02, 0.03], "a hand that rests adds nothing"
    assert not of(shapes.DONE, tracks.shapes(watched(0.04, attempt=7)))
    assert of(shapes.DONE, tracks.shapes(watched(0.3, attempt=7))), "seldom looked at, a hand is far from where it was"
    assert not of(shapes.DONE, tracks.shapes(watched(0.31, attempt=7, env=3))), "another environment's way is its own"
    for x in (0.0, 0.01):
        found = tracks.shapes(watched(x, attempt=-1))
    assert of(shapes.DONE, found)
    assert not of(shapes.DONE, tracks.shapes(watched(0.5, attempt=-1))), (
        "where nothing says so, a jump is a new attempt"
    )


def test_boundaries_are_marked_where_a_subtask_begins():
    tracks = shapes.Tracks()
    for x, subtask in ((0.0, 0), (0.01, 0), (0.02, 1), (0.03, 1), (0.04, 2)):
        found = tracks.shapes(watched(x, subtask=subtask))
    labels = [(shape.text, shape.at[0]) for shape in of(shapes.BOUNDARY, found) if isinstance(shape, shapes.Text)]
    assert labels == [("2", 0.02), ("3", 0.04)]
    found = tracks.shapes(watched(0.04, subtask=2, joint={"arm": [0.3, 0.0, 0.1]}))
    marks = [shape for shape in of(shapes.BOUNDARY, found) if isinstance(shape, shapes.Line)]
    centres = [np.mean(mark.points[:-1], axis=0).round(6).tolist() for mark in marks]
    assert [0.3, 0.0, 0.1] in centres and len(marks) == 3


def test_the_source_is_dashed_beside_what_is_generated():
    way, recorded = [[0.1 * k, 0.0, 0.2] for k in range(4)], [[0.1 * k, 0.3, 0.2] for k in range(6)]
    told = watched(0.0, planned={"arm": way}, source={"arm": "demo_4"}, source_path={"arm": recorded})
    found = shapes.Tracks().shapes(told)
    (planned,), (source,) = of(shapes.PLANNED, found), of(shapes.SOURCE, found)
    assert list(planned.points) == way and not planned.dashed
    assert list(source.points) == recorded and source.dashed
    assert len(list(shapes.pieces(planned))) == 3
    fine = shapes.Line(shapes.SOURCE, tuple([0.001 * k, 0.0, 0.0] for k in range(101)), dashed=True)
    drawn = {round(1000 * begin[0]) for begin, _ in shapes.pieces(fine)}
    assert {0, 5, 30} <= drawn and not {14, 20, 40} & drawn, "12 mm are drawn, 12 mm are not"
    assert "demo_4 as recorded" in shapes.describe(told) and "planned" not in shapes.describe(watched(0.0))


def test_axes_show_frames_and_all_of_it_moves_to_the_world():
    found = shapes.Tracks().shapes(watched(0.2))
    tips = [of(role, found)[0].points[1] for role in (shapes.AXIS_X, shapes.AXIS_Y, shapes.AXIS_Z)]
    np.testing.assert_allclose(tips, [[0.56, 0.1, 0.0], [0.5, 0.1, 0.06], [0.5, 0.04, 0.0]], atol=1e-9)
    assert [shape.text for shape in of(shapes.NAME, found)] == ["cube 1"]
    there = shapes.moved(of(shapes.AXIS_X, found)[0], [2.0, 0.0, 1.0])
    np.testing.assert_allclose(there.points[1], [2.56, 0.1, 1.0])
    assert shapes.moved(of(shapes.NAME, found)[0], [2.0, 0.0, 1.0]).at == [2.5, 0.1, 1.0]


def test_of_what_is_recorded_the_whole_way_is_drawn_and_framed():
    ways = {"done": {"arm": [[0.1, 0.0, 0.2], [0.2, 0.0, 0.2]]}, "planned": {"arm": [[0.2, 0.0, 0.2], [0.9, 0.0, 0.6]]}}
    tracks = shapes.Tracks()
    for x in (0.0, 0.01, 0.02):
        found = tracks.shapes(watched(x, attempt=-1, **ways))
    (done,), (rest,) = of(shapes.DONE, found), of(shapes.PLANNED, found)
    assert [done.points[-1], rest.points[-1]] == [[0.2, 0.0, 0.2], [0.9, 0.0, 0.6]], "not where it has been looked at"
    assert [0.9, 0.0, 0.6] in guides.places(watched(0.0, **ways)) and [0.5, 0.1, 0.0] in guides.places(watched(0.0))
