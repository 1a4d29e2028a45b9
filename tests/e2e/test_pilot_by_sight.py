# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A pilot that sees the pixels of the window, and nothing of the simulation, drives the robot by keys.

MIMIC_DESK_TESTS=1 ./mimic.sh test tests/e2e/test_pilot_by_sight.py
"""

import json
import math

import numpy as np
import pytest
import sight
from desk import only_when_asked
from desk_screen import DeskScreen, SeenDesk
from person import Person
from PIL import Image, ImageDraw
from waiting import LONG

from isaaclab_mimic_core.datasets import DatasetReader
from isaaclab_mimic_ui.scene.camera import DIRECTIONS, Viewpoint

pytestmark = pytest.mark.e2e

DESK = SeenDesk
TASK = "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0"
TARGET, DISTANCE = [0.5, 0.0, 0.1], 1.35
ATTEMPTS, PATIENCE = 5, 60
"""A person who has dropped a cube begins again; steps until it is clear that there is no success."""
STEP_DT = 0.05
"""[s] Simulated time of a step of this task."""


def sit_down(desk, tmp_path, demos: int = 1) -> tuple[DeskScreen, Person]:
    """Begin a recording with the keyboard, and fill the window with the view."""
    shown = {"shading": True, "path": False, "frames": False, "labels": False, "inset": "wrist", "framed": TASK}
    viewpoint = Viewpoint(TARGET, DISTANCE)
    desk.config.parent.mkdir(parents=True)
    desk.config.write_text(
        json.dumps(
            {
                "view": json.dumps(shown | {"viewpoint": viewpoint.plain()}),
                "record": json.dumps({"teleop_device": "keyboard", "num_demos": str(demos), "task": TASK}),
            }
        )
    )
    desk.start()
    screen = DeskScreen(desk)
    screen.open("record")
    screen.tap("ENTER", "CTRL")
    screen.wait(lambda seen: seen["snapshot"].get("waiting"), "the simulation", LONG)
    desk.press("F11")
    place = screen.wait(lambda seen: seen["view"] and seen["view"][2] > 1200 and seen["view"], "the enlarged view")[
        "view"
    ]

    def lens(side: str) -> sight.Lens:
        azimuth, elevation = DIRECTIONS[side]
        # Pictures are made in sizes that are multiples of 8.
        shrunk = min(1.0, (560_000 / (place[2] * place[3])) ** 0.5)
        width, height = (round(length * shrunk / 8) * 8 for length in place[2:])
        return sight.Lens(tuple(place), width / height, Viewpoint(TARGET, DISTANCE, azimuth, elevation))

    return screen, Person(desk, lens)


def ends(screen: DeskScreen) -> bool:
    """Whether the recording ends within so many steps: success has to last for ten."""
    begun = screen.see()["snapshot"].get("steps", 0)

    def over(seen: dict) -> bool:
        return not seen["active"] or seen["snapshot"].get("steps", 0) > begun + PATIENCE

    return not screen.wait(over, "the end, or nothing")["active"]


def tell(screen: DeskScreen, person: Person) -> None:
    for note in person.notes:
        screen.note(note)


@pytest.mark.sim
@only_when_asked
def test_a_pilot_that_sees_pixels_only_lifts_a_cube(desk, tmp_path):
    screen, person = sit_down(desk, tmp_path)
    try:
        person.survey()
        person.reach("red")
        screen.picture("over_it")
        watched = screen.see()["snapshot"]["watched"]
        (hand,) = watched["eefs"].values()
        cube = watched["objects"]["cube_2"]
        aside = math.hypot(hand[0][3] - cube[0][3], hand[1][3] - cube[1][3])
        assert aside < 0.01 and hand[2][3] > cube[2][3] + 0.03, (hand, cube)
        person.grasp("red")
        person.lift()
        screen.picture("lifted")
        assert screen.see()["snapshot"]["watched"]["objects"]["cube_2"][2][3] > 0.1
    finally:
        tell(screen, person)
    desk.end()


@pytest.mark.sim
@only_when_asked
def test_a_person_records_a_stack_in_two_minutes(desk, tmp_path):
    """One key at a time, 0.25 s to react, no press below 0.12 s; the two minutes are the simulation's."""
    screen, person = sit_down(desk, tmp_path)
    try:
        for attempt in range(ATTEMPTS):
            if attempt:
                person.begin_again()
            person.stack()
            screen.picture(f"stacked_{attempt}")
            if ends(screen):
                break
    finally:
        tell(screen, person)
    seen = screen.see()
    assert (seen["state"], seen["saved"]) == ("done", 1), seen["failure"]
    desk.end()
    with DatasetReader(tmp_path / "demos.hdf5") as reader:
        (episode,) = reader.episodes()
    seconds = episode.num_samples * STEP_DT
    screen.note("seconds", seconds, "presses", person.presses)
    assert episode.success and seconds < 120


def test_what_is_drawn_is_seen_where_it_is():
    """A drawn screen: hand and cubes are found to 3 mm and 6 degrees."""
    lens = sight.Lens((8, 8, 1264, 690), 1264 / 690, Viewpoint(TARGET, DISTANCE))
    picture = Image.new("RGB", (1280, 720), (90, 90, 95))
    pen = ImageDraw.Draw(picture)
    cubes = {"blue": (0.42, 0.05, 0.3), "red": (0.55, -0.1, -0.5), "green": (0.6, 0.12, 0.7)}
    colours = {"blue": (30, 40, 160), "red": (170, 30, 30), "green": (30, 150, 40)}
    for name, place in cubes.items():
        corners = sight._hull(lens.pixels(sight.corners(*place)))
        pen.polygon([tuple(corner) for corner in corners], fill=colours[name])
    for name, (x, y, yaw) in cubes.items():
        found = sight.cube(np.asarray(picture), lens, name)
        assert np.abs(found.middle[:2] - (x, y)).max() < 0.003 and abs(found.yaw - yaw) < 0.1 and found.doubt < 0.1
    x, y, z = hand = np.array([0.5, 0.02, 0.3])
    low, arm = sight.LOW, sight.CROSS
    for begin, end in (
        ((x, y, z), (x, y, low)),
        ((x - arm, y, low), (x + arm, y, low)),
        ((x, y - arm, low), (x, y + arm, low)),
    ):
        pixels = lens.pixels(np.array([begin, end]))
        pen.line([tuple(pixel) for pixel in pixels], fill=tuple(sight.YELLOW.tolist()), width=2)
    assert np.abs(sight.hand(np.asarray(picture), lens) - hand).max() < 0.003
