# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Where a camera stands that shows what a task is about."""

import math

import numpy as np
import pytest

from isaaclab_mimic_core.sim.rendering.viewpoint import viewpoint

UPRIGHT, ACROSS = math.tan(0.35), 4 / 3 * math.tan(0.35)
"""Half of what is seen at a distance of 1: `SceneView`'s default, in a picture of 4:3."""


@pytest.mark.parametrize("size", [0.02, 0.3, 1.0])
def test_all_points_are_in_the_picture_and_fill_it(size):
    points = np.random.default_rng(1).uniform(-size, size, (20, 3)) + np.array((0.5, 0.2, 0.1))
    eye, look_at = map(np.array, viewpoint(points))
    forward = (look_at - eye) / np.linalg.norm(look_at - eye)
    right = np.cross(forward, (0.0, 0.0, 1.0))
    right /= np.linalg.norm(right)
    away = (points - eye) @ forward
    aside = np.abs((points - eye) @ np.stack([right, np.cross(right, forward)]).T)
    edge = aside / away[:, None] / (ACROSS, UPRIGHT)
    assert (away > 0).all() and 0.1 < edge.max() < 1.0
    if size > 0.1:
        assert edge.max() > 0.6
    assert eye[2] > look_at[2], "from above"


def test_what_is_not_finite_is_not_looked_for():
    seen = viewpoint([[0.4, 0.0, 0.1], [math.nan, 0.0, 0.0], [math.inf, 1.0, 1.0]])
    assert seen == viewpoint([[0.4, 0.0, 0.1]])
    assert np.isfinite(viewpoint(np.empty((0, 3)))).all()


def test_no_robot_stands_in_between():
    points = [[0.4, -0.1, 0.0], [0.6, 0.1, 0.3]]
    one, other = (0.0, 0.0, 0.0), (1.0, 0.0, 0.0)
    for robots in ((), (one,), (other,), (one, other)):
        eye, look_at = map(np.array, viewpoint(points, robots))
        aside = (eye - look_at)[:2] / np.linalg.norm((eye - look_at)[:2])
        for robot in robots:
            base = np.array(robot)[:2] - (0.5, 0.0)
            assert aside @ base / np.linalg.norm(base) < 0.5
        assert eye[0] > look_at[0], "from the front"
