# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Short presses of keys on a machine that paints a few frames a second, with a real screen and real keys."""

import json
import time
from pathlib import Path

import pytest
from desk import Desk

pytestmark = pytest.mark.e2e

PRESSED = 0.12
"""[s] A short press; the window's frames are 0.4 s apart."""


class DESK(Desk):
    """A desk with a slow window."""

    command = (str(Path(__file__).with_name("slow_window.py")),)


def test_a_short_press_is_neither_lost_nor_stretched(desk):
    desk.start()
    told = (json.loads(line) for line in desk.program.stdout if line[:1] in b'["')
    assert next(told) == "ready"
    lengths = []
    for key in ("w", "a", "k"):
        begun = time.monotonic()
        # In one program: what it does by itself is quick.
        desk.do("keydown", key, "sleep", PRESSED, "keyup", key)
        ended = time.monotonic()
        (name, pressed, down), (released_name, released, up) = next(told), next(told)
        assert (name, released_name, pressed, released) == (key.upper(), key.upper(), True, False)
        # X counts milliseconds.
        assert begun - 0.002 < down and up - down < ended - begun + 0.002
        lengths.append(up - down)
    # X notes when it comes to handle a key, so on a busy machine one may look shorter than it was.
    assert max(lengths) > 0.9 * PRESSED
    desk.program.kill()
