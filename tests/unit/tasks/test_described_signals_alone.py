# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Signals that a descriptor says without code: what can be said, and when it holds."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from isaaclab_mimic_core.errors import ConfigError, InputFileError
from isaaclab_mimic_core.robots.derived.fingers import Fingers
from isaaclab_mimic_core.tasks.descriptors import read_descriptor
from isaaclab_mimic_core.tasks.signals.computing import compute
from isaaclab_mimic_core.tasks.signals.facts import Facts
from isaaclab_mimic_core.tasks.signals.live import LiveSignals

STACK = Path(__file__).parents[2] / "data" / "descriptors" / "franka_cube_stack.yaml"
HAND = Fingers("robot", 0, (1, 2), (0.04, 0.04), (0.0, 0.0))
FLAT = (0.0, 0.0, 0.0, 1.0)
QUARTER = (0.0, 0.0, 0.70710678, 0.70710678)
"""A quarter turn about z."""


def read(tmp_path, text: str):
    """Return signals and success of a descriptor with these lines."""
    file = tmp_path / "task.yaml"
    file.write_text(STACK.read_text() + text)
    return read_descriptor(str(file))


def facts(
    cube=(0.0, 0.0, 0.02),
    moves=(0.0, 0.0, 0.0),
    plate=(0.0, 0.0, 0.0),
    plate_quat=FLAT,
    hand=(0.0, 0.0, 0.02),
    fingers=0.02,
    sizes=None,
) -> Facts:
    """Return one state; each of these may be a list of states instead."""

    def rows(value) -> torch.Tensor:
        found = torch.tensor(value, dtype=torch.float32)
        return found if found.ndim == 2 else found[None]

    objects = {"cube_2": rows(cube), "cube_1": rows(plate)}
    quats = {"cube_2": rows(FLAT), "cube_1": rows(plate_quat)}
    eef = torch.eye(4).repeat(len(rows(hand)), 1, 1)
    eef[:, :3, 3] = rows(hand)
    joints = torch.tensor([[0.3, value, value] for value in (fingers if isinstance(fingers, list) else [fingers])])
    return Facts(
        pose=lambda name: torch.cat([objects[name], quats[name].expand(len(objects[name]), 4)], -1),
        velocity=lambda name: rows(moves) if name == "cube_2" else torch.zeros(1, 3),
        eef_pose=lambda name: eef,
        eef_velocity=lambda name: torch.zeros(1, 3),
        joints=lambda name: joints,
        joint_index=lambda asset, name: 0,
        fingers={"franka": HAND},
        size=lambda name: (sizes or {}).get(name, 1.0),
        # Cubes of 4 cm.
        below=lambda name: torch.full((len(objects[name]),), 0.02),
    )


ON = "{placed: {object: cube_2, on: cube_1, offset: [0, 0, 0.04], tolerance: [0.02, 0.02, 0.005]}}"
AT = "{placed: {object: cube_2, at: cube_1, offset: [0.1, 0, 0], tolerance: 0.01}}"
GRASPED = "{grasped: {object: cube_2}}"
CASES = {
    "grasped": (GRASPED, {}, True),
    "with open fingers": (GRASPED, {"fingers": 0.039}, False),
    "far from the hand": (GRASPED, {"hand": (0.0, 0.07, 0.02)}, False),
    "that far is allowed": ("{grasped: {object: cube_2, reach: 0.1}}", {"hand": (0.0, 0.07, 0.02)}, True),
    "moving away": (GRASPED, {"moves": (0.2, 0.0, 0.0)}, False),
    "lifted": ("{lifted: {object: cube_2, height: 0.1}}", {"cube": (0.0, 0.0, 0.11)}, True),
    "not lifted": ("{lifted: {object: cube_2, height: 0.1}}", {}, False),
    "on": (ON, {"cube": (0.015, 0.0, 0.043)}, True),
    "on, the other turned": (ON, {"cube": (0.015, 0.0, 0.043), "plate_quat": QUARTER}, True),
    "above": (ON, {"cube": (0.0, 0.0, 0.05)}, False),
    "falling": (ON, {"cube": (0.0, 0.0, 0.04), "moves": (0.0, 0.0, -0.2)}, False),
    "at": (AT, {"cube": (0.1, 0.0, 0.0)}, True),
    "at, the other turned": (AT, {"cube": (0.0, 0.1, 0.0), "plate_quat": QUARTER}, True),
    "at, but not turned with it": (AT, {"cube": (0.1, 0.0, 0.0), "plate_quat": QUARTER}, False),
    "in": ("{placed: {object: cube_2, in: cube_1, tolerance: [0.1, 0.2, 0.3]}}", {"cube": (0.09, 0.19, 0.2)}, True),
    "released": ("{released: {}}", {"fingers": 0.03995}, True),
    "not released": ("{released: {}}", {"fingers": 0.039}, False),
    "released and away": (
        "{released: {object: cube_2, distance: 0.1}}",
        {"fingers": 0.04, "hand": (0.0, 0.0, 0.2)},
        True,
    ),
    "released, still there": ("{released: {object: cube_2, distance: 0.1}}", {"fingers": 0.04}, False),
    "reached": (
        "{reached: {object: cube_1, offset: [0.1, 0, 0], tolerance: 0.01}}",
        {"hand": (0.0, 0.105, 0.0), "plate_quat": QUARTER},
        True,
    ),
    "joint above": ("{joint: {asset: robot, name: drawer, above: 0.2}}", {}, True),
    "joint below": ("{joint: {asset: robot, name: drawer, below: 0.2}}", {}, False),
    "all": (f"{{all: [{GRASPED}, {{released: {{}}}}]}}", {}, False),
    "any": (f"{{any: [{GRASPED}, {{released: {{}}}}]}}", {}, True),
    "not": ("{not: {released: {}}}", {}, True),
    "another signal": ("{not: other}", {}, False),
}


@pytest.mark.parametrize("kind", CASES)
def test_when_it_holds(kind, tmp_path):
    said, state, holds = CASES[kind]
    found = read(tmp_path, f"signals:\n  wanted: {said}\n  other: {GRASPED}\nsuccess: wanted\n")
    assert found.success
    for statement in (found.signals["wanted"], found.success):
        assert compute(statement, facts(**state), found.signals).tolist() == [holds]


@pytest.mark.parametrize(
    ("sizes", "height", "holds"),
    [
        # Half of each cube is between their middles.
        ({}, 0.04, True),
        ({"cube_1": 2.0}, 0.06, True),
        ({"cube_1": 2.0}, 0.08, False),
        ({"cube_2": 2.0}, 0.06, True),
        ({"cube_2": 2.0}, 0.04, False),
        ({"cube_1": 2.0, "cube_2": 2.0}, 0.08, True),
        ({"cube_1": 0.5, "cube_2": 1.5}, 0.04, True),
        ({"cube_1": 0.5, "cube_2": 1.5}, 0.02, False),
        ({"cube_1": 0.5}, 0.03, True),
    ],
)
@pytest.mark.parametrize("where", ["on", "in"])
def test_of_the_offset_of_what_is_placed_each_objects_part_is_as_large_as_it(where, sizes, height, holds, tmp_path):
    found = read(tmp_path, f"signals: {{wanted: {ON.replace('on:', f'{where}:')}}}\n")
    assert compute(found.signals["wanted"], facts(cube=(0.0, 0.0, height), sizes=sizes), {}).tolist() == [holds]


def test_an_offset_to_a_place_is_as_large_as_what_the_place_is_fixed_to(tmp_path):
    found = read(tmp_path, f"signals: {{wanted: {AT}}}\n")
    state = facts(cube=(0.15, 0.0, 0.0), sizes={"cube_1": 1.5, "cube_2": 3.0})
    assert compute(found.signals["wanted"], state, {}).tolist() == [True]


@pytest.mark.parametrize(
    ("sizes", "height", "holds"),
    [
        ({}, 0.101, True),
        # Its middle is 2 cm higher when it stands.
        ({"cube_2": 2.0}, 0.119, False),
        ({"cube_2": 2.0}, 0.121, True),
        ({"cube_2": 0.5}, 0.089, False),
        ({"cube_2": 0.5}, 0.091, True),
        ({"cube_1": 2.0}, 0.101, True),
    ],
)
def test_what_is_lifted_is_as_much_higher_as_it_is_larger(sizes, height, holds, tmp_path):
    found = read(tmp_path, "signals: {wanted: {lifted: {object: cube_2, height: 0.1}}}\n")
    assert compute(found.signals["wanted"], facts(cube=(0.0, 0.0, height), sizes=sizes), {}).tolist() == [holds]


@pytest.mark.parametrize(("size", "y", "holds"), [(1.0, 0.1, True), (2.0, 0.2, True), (2.0, 0.1, False)])
def test_the_offset_of_what_is_reached_is_as_large_as_the_object(size, y, holds, tmp_path):
    found = read(tmp_path, "signals: {wanted: {reached: {object: cube_1, offset: [0.1, 0, 0], tolerance: 0.01}}}\n")
    state = facts(hand=(0.0, y, 0.0), plate_quat=QUARTER, sizes={"cube_1": size})
    assert compute(found.signals["wanted"], state, {}).tolist() == [holds]


def test_all_states_are_computed_at_once(tmp_path):
    found = read(tmp_path, f"signals: {{wanted: {GRASPED}}}\n")
    states = facts(
        cube=[(0.0, 0.0, 0.02)] * 3, hand=[(0.0, 0.0, z) for z in (0.2, 0.02, 0.02)], fingers=[0.04, 0.04, 0.02]
    )
    assert compute(found.signals["wanted"], states, {}).tolist() == [False, False, True]


WRONG = {
    "{held: {object: cube_2}}": "'held' cannot be said",
    "{grasped: {object: cube_2}, lifted: {object: cube_2, height: 1}}": "says 2 things",
    "{grasped: {}}": "the key 'object' is missing",
    "{grasped: {object: cube_2, size: 3}}": "the key 'size' is unknown",
    "{grasped: {object: 3}}": "is 3, but should be a name",
    "{grasped: {object: cube_2, eef: left}}": "there is no end effector 'left'",
    "{grasped: {object: cube_2, reach: -1}}": "is -1, but must not be negative",
    "{lifted: {object: cube_2, height: tall}}": "is 'tall', but should be a number",
    "{placed: {object: cube_2}}": "should say one of on, in and at",
    "{placed: {object: cube_2, on: cube_1, offset: [1, 2]}}": "is [1, 2], but should be three numbers",
    "{joint: {asset: robot, name: drawer}}": "should say one of above and below",
    "{all: []}": "is empty",
    "nothing": "there is no signal 'nothing'",
    "{not: wanted}": "is made of itself",
    "[a]": "should be a mapping",
}


@pytest.mark.parametrize("said", WRONG)
def test_what_cannot_be_said_is_refused_with_its_line(said, tmp_path):
    with pytest.raises(InputFileError, match=r"task\.yaml, line \d+, signals wanted") as error:
        read(tmp_path, f"signals:\n  wanted: {said}\n")
    assert WRONG[said] in str(error.value) and len(str(error.value).splitlines()) == 2


def test_what_is_not_in_the_scene_is_refused_with_its_line(tmp_path):
    scene = SimpleNamespace(
        rigid_objects={"cube_1": None}, articulations={"robot": SimpleNamespace(joint_names=["knee"])}
    )
    env = SimpleNamespace(env=SimpleNamespace(scene=scene), eef_names=("franka",), frame_names=(), info={"task": "T"})
    for said, what in {
        "{lifted: {object: cube_9, height: 1}}": r"there is no object 'cube_9' in the scene\n  There are cube_1, robot",
        "{joint: {asset: door, name: hinge, above: 1}}": "there is no articulation 'door'\n  There are robot",
        "{joint: {asset: robot, name: hinge, above: 1}}": "there is no joint 'hinge'\n  There are knee",
    }.items():
        found = read(tmp_path, f"signals:\n  wanted: {said}\n")
        with pytest.raises(ConfigError, match=rf"task\.yaml, line \d+, signals wanted \w+: {what}"):
            LiveSignals(env, found.signals, None)
