# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Cameras described in a YAML file: what is taken, and what is refused with where it stands."""

import pytest

from isaaclab_mimic_core.errors import InputFileError, OptionError
from isaaclab_mimic_core.sim.rendering.camera_file import read_cameras, resized


def written(tmp_path, text: str) -> str:
    path = tmp_path / "cameras.yaml"
    path.write_text(text)
    return str(path)


def test_settings_are_isaac_labs(tmp_path):
    cameras = read_cameras(
        written(
            tmp_path,
            """
cameras:
  table_cam: {height: 84, width: 84}
  front: {pos: [1.5, 0, 0.6], look_at: [0.4, 0, 0.1], focal_length: 18, data_types: [rgb, depth]}
  hand: {body: panda_hand, pos: [0.1, 0, 0], rot: [0, 0, 0.7, 0.7], convention: opengl, clipping_range: [0.05, 3]}
""",
        )
    )
    assert list(cameras) == ["table_cam", "front", "hand"]
    assert (cameras["table_cam"].height, cameras["table_cam"].pos) == (84, None)
    assert cameras["front"].look_at == (0.4, 0.0, 0.1) and cameras["front"].data_types == ("rgb", "depth")
    assert cameras["hand"].body == "panda_hand" and cameras["hand"].clipping_range == (0.05, 3.0)
    assert {(entry.height, entry.width) for entry in resized(cameras, 64).values()} == {(64, 64)}
    assert resized(cameras, 0) == cameras


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("cameras:\n  a:\n    hight: 3", "line 3, cameras a hight"),
        ("cameras: {a: {height: 0}}", "height"),
        ("cameras: {a: {width: wide}}", "wide"),
        ("cameras: {a: {pos: [1, 2]}}", "pos"),
        ("cameras: {a: {pos: [1, 2, .nan]}}", "pos"),
        ("cameras: {a: {rot: [0, 0, 0, 0]}}", "rot"),
        ("cameras: {a: {rot: [0, 0, 0, 1], look_at: [1, 1, 1]}}", "look_at"),
        ("cameras: {a: {pos: [1, 1, 1], look_at: [1, 1, 1]}}", "looks at"),
        ("cameras: {a: {convention: blender}}", "blender"),
        ("cameras: {a: {data_types: [rgb, heat]}}", "heat"),
        ("cameras: {a: {clipping_range: [2, 1]}}", "clipping_range"),
        ("cameras: {a: {focal_length: -1}}", "focal_length"),
        ("cameras: {a: 3}", "line 1, cameras a"),
        ("cameras: {1 a: {}}", "1 a"),
        ("cameras: {}", "cameras:"),
        ("camera: {a: {}}", "cameras:"),
        ("cameras: [", "YAML"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path, text, says):
    path = written(tmp_path, text)
    with pytest.raises(InputFileError) as error:
        read_cameras(path)
    assert says in str(error.value) and path in str(error.value)


def test_a_missing_file_and_an_impossible_size_are_named(tmp_path):
    with pytest.raises(InputFileError, match="nowhere"):
        read_cameras(str(tmp_path / "nowhere.yaml"))
    with pytest.raises(OptionError, match="5000"):
        resized({}, 5000)
