# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Keys through a real pseudo-terminal, in both dialects."""

import io
import os
import pty
import select
import signal
import termios
import time

import pytest
from waiting import Clock, wait_until

from isaaclab_mimic_core.devices.hosts import terminal as host
from isaaclab_mimic_core.devices.hosts.key_codes import END, START, KeyParser
from isaaclab_mimic_core.devices.hosts.terminal import HOLD, TerminalKeys, check_terminal
from isaaclab_mimic_core.errors import DeviceError
from isaaclab_mimic_core.options import TeleopOptions
from isaaclab_mimic_core.terminal.keys import keys_for


def parsed(text: str, complete: bool = False) -> list[tuple[str, str]]:
    return [(event.kind, event.key) for event in KeyParser().feed(text, complete)]


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("\x1b[119u", [("press", "W")]),
        ("\x1b[119;1:1u", [("press", "W")]),
        ("\x1b[119;1:2u", [("repeat", "W")]),
        ("\x1b[119;1:3u", [("release", "W")]),
        ("\x1b[119:87;2u", [("press", "W")]),  # shifted: the key is the same
        ("\x1b[27u", [("press", "ESCAPE")]),
        ("\x1b[9;1:3u", [("release", "TAB")]),
        ("\x1b[99;5u", [("interrupt", "")]),
        ("\x1b[99;5:3u", []),
        ("\x1b[?11u", [("protocol", "")]),
        ("\x1b[O", [("focus_lost", "")]),
        ("\x1b[I", []),
        ("\x1b[A\x1b[1;1:3B", []),  # arrows mean nothing
        ("\x1b[57441u", []),  # nor does a shift key alone
        ("wK\t", [("typed", "W"), ("typed", "K"), ("typed", "TAB")]),
        ("\x1b[119u\x1b[97u\x1b[119;1:3u", [("press", "W"), ("press", "A"), ("release", "W")]),
        ("ä☃", []),
    ],
)
def test_what_terminals_send(text, events):
    assert parsed(text) == events


def test_sequences_may_come_in_pieces():
    parser = KeyParser()
    pieces = [parser.feed(piece) for piece in ("\x1b", "[11", "9;1:", "3u", "\x1b[97u\x1b")]
    assert [[(e.kind, e.key) for e in piece] for piece in pieces] == [[], [], [], [("release", "W")], [("press", "A")]]
    assert [(e.kind, e.key) for e in parser.feed("", complete=True)] == [("typed", "ESCAPE")]


@pytest.fixture
def terminal():
    """A terminal's two ends: the one that a person's program holds, and ours."""
    theirs, ours = pty.openpty()
    yield theirs, ours
    os.close(theirs)
    os.close(ours)


@pytest.fixture
def clock(monkeypatch) -> Clock:
    return Clock(host, monkeypatch)


def arrive(theirs, ours, text: bytes) -> None:
    """Type into a terminal, and wait until it is there."""
    os.write(theirs, text)
    wait_until(lambda: select.select([ours], [], [], 0)[0], "what was typed")


class Heard(list):
    def key(self, name, pressed, at):
        self.append((name, pressed))

    def release(self):
        self.append("released")


def test_held_keys_in_a_terminal_that_tells_releases(terminal, clock):
    theirs, ours = terminal
    heard = Heard()
    before = termios.tcgetattr(ours)
    with TerminalKeys(heard.key, heard.release, ours) as keys:
        assert os.read(theirs, 100) == START.encode()
        arrive(theirs, ours, b"\x1b[?11u\x1b[119u\x1b[119;1:2u")
        for _ in range(2):
            clock.now += 2 * HOLD
            keys.poll()
        assert keys.tells_releases and heard == [("W", True)]
        arrive(theirs, ours, b"\x1b[107u\x1b[107;1:3u\x1b[119;1:3u\x1b[O")
        keys.poll()
        assert heard[1:] == [("K", True), ("K", False), ("W", False), "released"]
    assert os.read(theirs, 100) == END.encode()
    assert termios.tcgetattr(ours) == before


def test_typed_keys_count_as_held_while_they_repeat(terminal, clock):
    theirs, ours = terminal
    heard = Heard()
    with TerminalKeys(heard.key, heard.release, ours) as keys:
        for _ in range(12):
            arrive(theirs, ours, b"w")
            clock.now += HOLD / 4
            keys.poll()
        assert heard == [("W", True)] and not keys.tells_releases
        clock.now += 1.2 * HOLD
        keys.poll()
        assert heard == [("W", True), ("W", False)]
        arrive(theirs, ours, b"\x1b")
        keys.poll()
        assert len(heard) == 2, "it may be the beginning of something longer"
        clock.now += 0.06
        keys.poll()
        assert heard[2] == ("ESCAPE", True)


def test_ctrl_c_interrupts_in_both_dialects(terminal):
    theirs, ours = terminal
    interrupted = []
    previous = signal.signal(signal.SIGINT, lambda *_: interrupted.append(1))
    try:
        with TerminalKeys(lambda *_: None, lambda: None, ours) as keys:
            # Without the protocol the terminal itself makes a signal of it.
            assert termios.tcgetattr(ours)[3] & termios.ISIG
            arrive(theirs, ours, b"\x1b[99;5u")
            keys.poll()
        assert interrupted == [1]
    finally:
        signal.signal(signal.SIGINT, previous)


class Asked:
    """Takes requests, as a stage does."""

    def __init__(self):
        self.done, self.requests = False, []

    def request(self, name, **arguments):
        self.requests.append((name, *arguments.values()))


@pytest.mark.parametrize(("device", "hears"), [("keyboard", True), ("spacemouse", True), ("scripted", False)])
def test_a_stage_in_a_terminal_gets_its_keys(terminal, monkeypatch, device, hears):
    theirs, ours = terminal
    stage, out = Asked(), io.StringIO()
    with os.fdopen(os.dup(ours), "r+b", buffering=0) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        with keys_for(stage, TeleopOptions(teleop_device=device), out) as poll:
            # Where nobody hears them they stay with the terminal.
            type_in = arrive if hears else lambda theirs, ours, text: os.write(theirs, text)
            type_in(theirs, ours, b"\x1b[119u\x1b[119;1:3u\x1b[O")
            poll()
            expected = [("key", "W", True), ("key", "W", False), ("release",)]
            assert [request[:3] for request in stage.requests] == (expected if hears else [])
            assert all(request[3] <= time.monotonic() for request in stage.requests if request[0] == "key")
            stage.done = True
            type_in(theirs, ours, b"\x1b[97u")
            poll()
            assert len(stage.requests) == len(expected) * hears, "a stage that has ended is left alone"
            monkeypatch.setattr(time, "monotonic", lambda: 1e9)
            poll()
            assert ("does not tell when a key is let go" in out.getvalue()) is (device == "keyboard")


def test_without_a_terminal_there_is_no_keyboard(monkeypatch):
    with open(os.devnull) as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        with pytest.raises(DeviceError, match="not a terminal"):
            check_terminal()
