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


def no_memory(*_, **__):
    raise RuntimeError("out of\n memory")


def test_a_stage_draws_what_is_watched_when_it_has_changed(stack_env, monkeypatch):
    from isaaclab_mimic_core.options import ViewOptions
    from isaaclab_mimic_core.sim.rendering.scene_view import SceneView
    from isaaclab_mimic_core.stages.view import View

    camera = {"width": WIDTH, "height": HEIGHT, "eye": EYE, "look_at": LOOK_AT, "field_of_view": FIELD_OF_VIEW}
    camera |= {name: list(camera[name]) for name in ("eye", "look_at")}
    wrist = {"width": 80, "height": 60, "eye": [0.0, 0.0, -0.2], "look_at": [0.0, 0.0, 0.1], "up": [1.0, 0.0, 0.0]}
    stage = View(ViewOptions(num_envs=stack_env.num_envs, viz="none", actions="random"), env=stack_env)
    with stage:
        while not stage.snapshot()["steps"]:
            stage.step()
        assert stage.picture() is None, "nobody looks"
        stage.request("watch", env=2)
        assert stage.picture() is None, "nobody asks for a picture"
        with pytest.raises(ValueError, match="one pixel"):
            stage.request("view", cameras=[camera | {"width": 0}])
        stage.request("view", cameras=[camera, wrist | {"follows": "franka"}])
        while (first := stage.picture()) is None:
            stage.step()
        assert [image.shape[:2] for image in first.images] == [(HEIGHT, WIDTH), (60, 80)]
        # The poses that come with a picture are those of its moment: lines can be drawn on its pixels.
        for name, channel in CHANNELS.items():
            row, column = pixel_of(np.array(first.info["objects"][name])[:3, 3])
            color = first.images[0][row, column, :3].astype(int)
            assert color[channel] > 1.5 * np.delete(color, channel).max(), (name, color)
        hand = np.array(first.info["eefs"]["franka"])
        np.testing.assert_allclose(first.info["cameras"][1]["eye"], (hand @ [0.0, 0.0, -0.2, 1.0])[:3], atol=1e-9)
        stage.request("pause")
        stage.step()
        stage._viewing._due = 0.0
        assert stage.picture() is None, "nothing has moved"
        stage.request("view", cameras=[camera | {"eye": [1.6, 0.2, 0.75]}])
        stage._viewing._due = 0.0
        moved = stage.picture()
        assert moved is not None and (moved.images[0] != first.images[0]).any()
        stage.request("view", cameras=[])
        assert stage.picture() is None
        # Whoever ends the view drops its picture, and wants it again although nothing has moved.
        stage.request("view", cameras=[camera])
        stage._viewing._due = 0.0
        again = stage.picture()
        assert again is not None and (again.images[0] == first.images[0]).mean() > 0.9
        stage.request("watch", env=-1)
        assert stage.picture() is None
        stage.request("watch", env=2)
        stage._viewing._due = 0.0
        assert stage.picture() is not None
        # Too little memory for a picture ends the pictures, not the run.
        stage.request("view", cameras=[camera])
        stage._viewing._due = 0.0
        monkeypatch.setattr(SceneView, "draw", no_memory)
        assert stage.picture() is None and stage.snapshot()["not_drawn"] == "out of memory"
        monkeypatch.undo()
        stage.request("resume")
        steps = stage.snapshot()["steps"]
        while stage.snapshot()["steps"] == steps:
            stage.step()
        assert stage.picture() is None and not stage.done
