# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Pictures of a running simulation whose task has no cameras."""

import math

import numpy as np
import pytest
import torch

pytestmark = pytest.mark.sim

WIDTH, HEIGHT, FIELD_OF_VIEW = 320, 240, 0.6
EYE, LOOK_AT = (1.5, 0.0, 0.75), (0.5, 0.0, 0.05)
CHANNELS = {"cube_1": 2, "cube_2": 0, "cube_3": 1}
"""Blue, red and green."""


@pytest.fixture(scope="module")
def view(stack_env):
    from isaaclab_mimic_core.sim.rendering.scene_view import SceneView

    return SceneView(stack_env.env, WIDTH, HEIGHT, FIELD_OF_VIEW)


@pytest.fixture
def env(stack_env):
    everyone = torch.arange(stack_env.num_envs)
    with torch.inference_mode():
        stack_env.reset(everyone, everyone)
        stack_env.step(torch.zeros(stack_env.num_envs, 7))
    return stack_env


def pixel_of(point: np.ndarray) -> tuple[int, int]:
    """Return row and column at which a point of the environment's frame is seen."""
    forward = np.subtract(LOOK_AT, EYE)
    forward = forward / np.linalg.norm(forward)
    right = np.cross(forward, (0.0, 0.0, 1.0))
    right /= np.linalg.norm(right)
    up = np.cross(right, forward)
    away = point - EYE
    focal = HEIGHT / 2 / math.tan(FIELD_OF_VIEW / 2) / (away @ forward)
    return round(HEIGHT / 2 - focal * (away @ up)), round(WIDTH / 2 + focal * (away @ right))


@pytest.mark.parametrize("index", [0, 7])
def test_objects_are_where_they_are_in_this_environment(env, view, index):
    picture = view.draw(index, EYE, LOOK_AT)
    assert picture.shape == (HEIGHT, WIDTH, 4) and (picture[..., 3] == 255).all()
    places = env.object_pose()[index, :, :3, 3].numpy()
    for name, place in zip(env.object_names, places, strict=True):
        row, column = pixel_of(place)
        color = picture[row, column, :3].astype(int)
        channel = CHANNELS[name]
        assert color[channel] > 1.5 * np.delete(color, channel).max(), (name, row, column, color)
    others = view.draw((index + 1) % env.num_envs, EYE, LOOK_AT)
    assert (others != picture).any(), "every environment has its own scene"


def test_the_robot_is_seen_where_it_has_gone(env, view):
    before = view.draw(3, EYE, LOOK_AT)
    assert (view.draw(3, EYE, LOOK_AT) == before).all()
    down = torch.zeros(env.num_envs, 7)
    down[3, 2] = -1.0
    with torch.inference_mode():
        for _ in range(4):
            env.step(down)
    hand = env.eef_pose()[3, 0, :3, 3].numpy()
    changed = (np.abs(view.draw(3, EYE, LOOK_AT).astype(int) - before).max(axis=-1) > 30).nonzero()
    row, column = pixel_of(hand)
    assert len(changed[0]) > 100
    assert changed[0].min() < row < changed[0].max() and changed[1].min() < column < changed[1].max()


def test_another_size_shows_the_same(env, view):
    small = view.draw(0, EYE, LOOK_AT)
    view.resize(2 * WIDTH, 2 * HEIGHT, FIELD_OF_VIEW)
    try:
        large = view.draw(0, EYE, LOOK_AT)
    finally:
        view.resize(WIDTH, HEIGHT, FIELD_OF_VIEW)
    assert large.shape == (2 * HEIGHT, 2 * WIDTH, 4)
    shrunk = large.reshape(HEIGHT, 2, WIDTH, 2, 4).mean(axis=(1, 3))
    assert np.abs(shrunk - small).mean() < 2.0
