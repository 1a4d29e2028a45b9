# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Pictures from one process to another: whole ones, and nothing left behind."""

import os
import subprocess
import sys

import numpy as np
import pytest
from waiting import wait_until

from isaaclab_mimic_core.picture import Picture, read_cameras
from isaaclab_mimic_core.remote.pictures import PictureMemory

SIZES = [(320, 200), (64, 48)]

WRITER = """
import sys
import numpy as np
from isaaclab_mimic_core.picture import Picture
from isaaclab_mimic_core.remote.pictures import PictureMemory
memory, number = PictureMemory(int(sys.argv[1])), 0
while True:
    number += 1
    cameras = [{"width": w, "height": h} for w, h in ((320, 200), (64, 48))]
    images = [np.full((c["height"], c["width"], 4), number % 251, np.uint8) for c in cameras]
    memory.write(Picture({"number": number, "cameras": cameras}, images))
"""


@pytest.fixture
def memory():
    memory = PictureMemory.create()
    yield memory
    memory.close()


def picture(number: int) -> Picture:
    cameras = [{"width": width, "height": height} for width, height in SIZES]
    images = [np.full((height, width, 4), number, np.uint8) for width, height in SIZES]
    return Picture({"number": number, "cameras": cameras}, images)


def test_each_picture_is_read_once_and_the_latest_wins(memory):
    writer = PictureMemory(os.dup(memory.descriptor))
    assert memory.read() is None
    for number in (1, 2, 3):
        writer.write(picture(number))
    found = memory.read()
    assert found is not None and found.info["number"] == 3
    assert [image.shape for image in found.images] == [(200, 320, 4), (48, 64, 4)]
    assert all((image == 3).all() for image in found.images)
    assert memory.read() is None
    writer.write(picture(4))
    assert (found.images[0] == 3).all(), "what was read is the reader's own"
    writer.close()


def test_no_picture_is_torn_and_nothing_is_left_of_a_killed_writer(memory):
    """The writer writes as fast as it can, which no stage does."""
    before = set(os.listdir("/dev/shm")) if os.path.isdir("/dev/shm") else set()
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(memory.descriptor)], pass_fds=[memory.descriptor])
    numbers: list[int] = []

    def look() -> bool:
        if (found := memory.read()) is not None:
            number = found.info["number"]
            assert all((image == number % 251).all() for image in found.images), "torn"
            numbers.append(number)
        return len(numbers) >= 200

    try:
        wait_until(look, "200 pictures", meanwhile=lambda: None, seen=lambda: len(numbers))
    finally:
        writer.kill()
        writer.wait()
    assert numbers == sorted(set(numbers))
    last = memory.read()
    assert last is None or all((image == last.info["number"] % 251).all() for image in last.images)
    memory.close()
    memory.close()
    if before:
        assert not {name for name in set(os.listdir("/dev/shm")) - before if "mimic" in name}


def test_what_is_too_large_is_refused(memory):
    with pytest.raises(ValueError, match="too many"):
        memory.write(Picture({"cameras": [], "much": "x" * (1 << 19)}, []))
    assert memory.read() is None


CAMERA = {"width": 64, "height": 48, "eye": [1.0, 0.0, 1.0], "look_at": [0.0, 0.0, 0.0]}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"width": 0}, "one pixel"),
        ({"width": 1e9}, "should be int"),
        ({"eye": [0.0, 1.0]}, "three numbers"),
        ({"eye": [0.0, float("nan"), 1.0]}, "three numbers"),
        ({"eye": [0.0, 0.0, 2.0]}, "direction of the view"),
        ({"look_at": [1.0, 0.0, 1.0]}, "direction of the view"),
        ({"field_of_view": 4.0}, "field_of_view"),
        ({"width": 4000, "height": 4000}, "pixels together"),
        ({"zoom": 2}, "zoom"),
    ],
)
def test_a_camera_that_cannot_be_is_refused(change, told):
    with pytest.raises(ValueError, match=told):
        read_cameras([CAMERA | change])


def test_cameras_are_read():
    assert read_cameras([]) == ()
    (above,) = read_cameras([CAMERA | {"eye": [0, 0, 2], "up": [1.0, 0.0, 0.0]}])
    assert above.eye == [0.0, 0.0, 2.0] and above.follows == ""
