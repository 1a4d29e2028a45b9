# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Keys typed in a terminal, on a real pseudo-terminal."""

import os
import pty
import termios
import time

import pytest

from isaaclab_mimic_core.terminal.typed import TypedKeys


@pytest.fixture
def line():
    ours, theirs = pty.openpty()
    yield ours, theirs
    os.close(ours)
    os.close(theirs)


def read(keys, count) -> list[str]:
    found, deadline = [], time.monotonic() + 5
    while len(found) < count and time.monotonic() < deadline:
        found += keys.read()
    return found + keys.read()


def test_characters_and_sequences_are_told_apart(line):
    ours, theirs = line
    with TypedKeys(theirs) as keys:
        assert keys.read() == []
        os.write(ours, b"sS[\x1b[D\x1bOC\x1b[1;2D\x1b[5~\t\r \x7f\x1b[99~n")
        expected = ["s", "S", "[", "left", "right", "shift-left", "pageup", "tab", "enter", "space", "delete", "n"]
        assert read(keys, len(expected)) == expected


def test_an_escape_is_a_key_and_a_sequence_in_pieces_is_one(line):
    ours, theirs = line
    with TypedKeys(theirs) as keys:
        os.write(ours, b"\x1b")
        assert keys.read() == []
        os.write(ours, b"[C")
        assert read(keys, 1) == ["right"]
        os.write(ours, b"\x1b")
        assert read(keys, 1) == ["escape"]


def test_nothing_is_echoed_and_the_terminal_is_left_as_it_was(line):
    ours, theirs = line
    before = termios.tcgetattr(theirs)
    with TypedKeys(theirs) as keys:
        os.write(ours, b"q")
        assert read(keys, 1) == ["q"]
        os.set_blocking(ours, False)
        with pytest.raises(BlockingIOError):
            os.read(ours, 100)
    assert termios.tcgetattr(theirs) == before
