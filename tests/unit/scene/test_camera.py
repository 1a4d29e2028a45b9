# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Where a view looks from: numbers alone, without a window."""

import math

import numpy as np
import pytest
from pxr import Gf

from isaaclab_mimic_core.devices.axis_map import turned
from isaaclab_mimic_core.devices.keyboard.device import MOVES
from isaaclab_mimic_ui.scene.camera import DIRECTIONS, Viewpoint, heading_of, looking_at, projection, read_viewpoint

ASPECT = 1.6


def seen(viewpoint: Viewpoint, *points, aspect=ASPECT) -> np.ndarray:
    """Return where points are seen, (points, 2): from -1 to 1, to the right and upwards."""
    view = np.array(looking_at(viewpoint.eye, viewpoint.target, viewpoint.up)).reshape(4, 4)
    through = view @ np.array(projection(aspect)).reshape(4, 4)
    clip = np.hstack([np.array(points, float), np.ones((len(points), 1))]) @ through
    assert (clip[:, 3] > 0).all(), "in front of the eye"
    return clip[:, :2] / clip[:, 3:]


@pytest.mark.parametrize("facing", [0.0, math.pi / 2, -2.5])
@pytest.mark.parametrize("direction", ["behind", "top"])
@pytest.mark.parametrize(("key", "screen"), [("A", (0, -1)), ("D", (0, 1)), ("W", (1, 1)), ("S", (1, -1))])
def test_a_driving_key_moves_the_hand_the_way_it_says(direction, key, screen, facing):
    viewpoint = Viewpoint()
    viewpoint.look(direction, facing)
    axis, sign = MOVES[key]
    hand = np.array([0.45, 0.0, 0.15])
    shift = np.array(turned(tuple(sign * np.eye(6)[axis]), facing))[:3]
    before, after = seen(viewpoint, hand, hand + 0.05 * shift)
    moved = (after - before) * (ASPECT, 1.0)
    along, positive = screen
    assert moved[along] * positive > 0.01
    if along == 0 or direction == "top":
        assert abs(moved[along]) > 1.2 * abs(moved[1 - along]), "mostly that way"


@pytest.mark.parametrize("azimuth", [-3.0, -1.6, -0.4, 0.6, 1.3, 2.6])
@pytest.mark.parametrize("elevation", [0.3, 0.9, math.pi / 2])
@pytest.mark.parametrize(
    ("key", "screen"), [("A", (-1, 0)), ("D", (1, 0)), ("W", (0, 1)), ("S", (0, -1)), ("Q", (0, 1)), ("E", (0, -1))]
)
def test_a_key_whose_axes_follow_the_view_moves_the_hand_exactly_that_way(azimuth, elevation, key, screen):
    viewpoint = Viewpoint(azimuth=azimuth, elevation=elevation)
    axis, sign = MOVES[key]
    shift = np.array(turned(tuple(sign * np.eye(6)[axis]), viewpoint.azimuth))[:3]
    if axis == 2 and elevation == math.pi / 2:
        np.testing.assert_allclose(shift, [0.0, 0.0, sign], err_msg="up is up from above, too")
        return
    # From the middle of the picture, where perspective bends nothing.
    hand = np.array(viewpoint.target)
    before, after = seen(viewpoint, hand, hand + 0.05 * shift)
    moved = (after - before) * (ASPECT, 1.0)
    along = 0 if screen[0] else 1
    assert moved[along] * screen[along] > 0.01
    assert abs(moved[1 - along]) < (1e-9 if along else 1e-3), "and no other way"


def test_up_is_up_from_every_side():
    for direction in ("behind", "front", "side"):
        viewpoint = Viewpoint()
        viewpoint.look(direction, 0.0)
        low, high = seen(viewpoint, [0.45, 0.0, 0.1], [0.45, 0.0, 0.2])
        assert high[1] > low[1] + 0.1 and abs(high[0] - low[0]) < 1e-6
        np.testing.assert_allclose(seen(viewpoint, viewpoint.target), [[0.0, 0.0]], atol=1e-9)


def test_directions_are_those_of_the_robot():
    """A robot that looks along +y: from behind it, +y is away from the viewer and -x on the left."""
    viewpoint = Viewpoint()
    viewpoint.look("top", math.pi / 2)
    assert viewpoint.up == pytest.approx([0.0, 1.0, 0.0])
    viewpoint.look("front", math.pi / 2)
    assert viewpoint.forward[1] < -0.8 and abs(viewpoint.forward[0]) < 1e-9
    viewpoint.look("side", math.pi / 2)
    assert viewpoint.forward[0] < -0.8 and abs(viewpoint.forward[1]) < 1e-9
    viewpoint.look("front")
    assert viewpoint.forward[1] < -0.8, "of the same robot"
    kept = read_viewpoint(viewpoint.plain())
    assert kept == viewpoint and read_viewpoint(viewpoint.plain() | {"facing": float("nan")}) == Viewpoint()


def test_another_robot_is_looked_at_from_behind_if_it_is_of_another_kind():
    viewpoint = Viewpoint(azimuth=1.0, elevation=0.3)
    viewpoint.suit(facing=0.1, hands=1)
    assert (viewpoint.azimuth, viewpoint.elevation) == (1.0, 0.3), "a robot that looks the same way"
    # A humanoid that looks along +y: over its head, straight ahead.
    viewpoint.suit(facing=math.pi / 2, hands=2)
    assert viewpoint.azimuth == pytest.approx(math.pi / 2) and viewpoint.elevation > 0.9
    viewpoint.look("side")
    viewpoint.suit(facing=math.pi / 2 + 0.1, hands=2)
    assert viewpoint.elevation < 0.5, "as it was chosen for this robot"
    viewpoint.suit(facing=0.0, hands=1)
    assert viewpoint == Viewpoint(list(viewpoint.target), viewpoint.distance)


def test_all_that_is_framed_is_seen():
    viewpoint = Viewpoint()
    points = [[0.2, -0.4, 0.0], [0.8, 0.5, 0.6], [0.3, 0.1, 0.2]]
    for direction in DIRECTIONS:
        viewpoint.look(direction, 0.0)
        viewpoint.frame(points)
        assert 0.3 < np.abs(seen(viewpoint, *points, aspect=1.0)).max() <= 1.0
    viewpoint.frame([[0.0, 0.0, 0.0]])
    assert viewpoint.distance > 0.5, "a single point is not looked at from within"


def test_what_is_dragged_follows_the_mouse():
    viewpoint = Viewpoint()
    point = list(viewpoint.target)
    viewpoint.pan(30.0, -20.0, height=400.0)
    # A view of 640 x 400 px: half of its height is 200 px.
    np.testing.assert_allclose(seen(viewpoint, point), [[30.0 / 320.0, 20.0 / 200.0]], atol=1e-6)
    before = viewpoint.distance
    viewpoint.zoom(notches=1.0)
    assert viewpoint.distance < before
    viewpoint.zoom(dragged=-1e6)
    assert math.isfinite(viewpoint.distance) and viewpoint.distance <= 20.0


def test_orbiting_turns_about_the_middle_and_not_over_the_top():
    viewpoint = Viewpoint()
    eye = viewpoint.eye
    viewpoint.orbit(50.0, 0.0)
    assert math.dist(viewpoint.eye, viewpoint.target) == pytest.approx(viewpoint.distance)
    # What is near the eye moves with the mouse.
    near = [t + 0.3 * (e - t) for t, e in zip(viewpoint.target, eye, strict=True)]
    assert seen(viewpoint, near)[0][0] > 0.0
    viewpoint.orbit(0.0, 1e5)
    assert viewpoint.elevation == pytest.approx(math.pi / 2)
    assert np.isfinite(seen(viewpoint, [0.4, 0.1, 0.0])).all()


@pytest.mark.parametrize(
    "kept",
    [None, [], {"target": 3}, {"target": [0, 0], "distance": 1.0, "azimuth": 0.0, "elevation": 0.0}, {"distance": -1.0},
     {"distance": math.nan}, {"target": ["a", 0, 0]}, {"speed": 1}],
)  # fmt: skip
def test_a_damaged_memory_is_the_default(kept):
    assert read_viewpoint(kept) == Viewpoint()


def test_a_viewpoint_is_remembered():
    viewpoint = Viewpoint([0.1, 0.2, 0.3], 2.0, -1.0, 0.5)
    assert read_viewpoint(viewpoint.plain()) == viewpoint


@pytest.mark.parametrize("azimuth", [-3.0, -0.4, 0.0, 1.3])
@pytest.mark.parametrize("elevation", [-0.3, 0.7, math.pi / 2])
def test_a_camera_of_usd_says_where_it_looks(azimuth, elevation):
    """Also one that looks straight down."""
    viewpoint = Viewpoint(target=[0.4, -0.2, 0.1], azimuth=azimuth, elevation=elevation)
    pose = Gf.Matrix4d().SetLookAt(*(Gf.Vec3d(*each) for each in (viewpoint.eye, viewpoint.target, viewpoint.up)))
    assert heading_of(pose.GetInverse()) == pytest.approx(azimuth, abs=1e-6)
