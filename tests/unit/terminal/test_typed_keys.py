# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Keys typed in a terminal, on a real pseudo-terminal."""

import os
import pty
import select
import termios

import pytest
from waiting import Clock, wait_until

from isaaclab_mimic_core.terminal import typed
from isaaclab_mimic_core.terminal.typed import TypedKeys


@pytest.fixture
def line():
    ours, theirs = pty.openpty()
    yield ours, theirs
    os.close(ours)
    os.close(theirs)


@pytest.fixture(autouse=True)
def clock(monkeypatch) -> Clock:
    """Between a key's bytes no time passes but what a test lets pass."""
    return Clock(typed, monkeypatch)


def read(keys, count) -> list[str]:
    found = []
    wait_until(lambda: found.extend(keys.read()) or len(found) >= count, f"{count} keys", seen=lambda: found)
    return found + keys.read()


def test_characters_and_sequences_are_told_apart(line):
    ours, theirs = line
    with TypedKeys(theirs) as keys:
        assert keys.read() == []
        os.write(ours, b"sS[\x1b[D\x1bOC\x1b[1;2D\x1b[5~\t\r \x7f\x1b[99~n")
        expected = ["s", "S", "[", "left", "right", "shift-left", "pageup", "tab", "enter", "space", "delete", "n"]
        assert read(keys, len(expected)) == expected


def test_an_escape_is_a_key_and_a_sequence_in_pieces_is_one(line, clock):
    ours, theirs = line
    with TypedKeys(theirs) as keys:
        os.write(ours, b"\x1b")
        wait_until(lambda: select.select([theirs], [], [], 0)[0], "the key")
        assert keys.read() == []
        os.write(ours, b"[C")
        assert read(keys, 1) == ["right"]
        os.write(ours, b"\x1b")
        wait_until(lambda: select.select([theirs], [], [], 0)[0], "the key")
        assert keys.read() == []
        clock.now += 1.0
        assert keys.read() == ["escape"]


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
