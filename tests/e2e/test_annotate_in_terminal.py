# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A person marks demonstrations in a terminal: a real one, with real key presses."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios

import pytest
from waiting import LIMIT, LONG, wait_until

from isaaclab_mimic_core.datasets import DatasetReader, first_change

pytestmark = pytest.mark.e2e

MARKS = {
    "demo_0": {"grasp_1": 73, "stack_1": 160, "grasp_2": 241},
    "demo_1": {"grasp_1": 77, "stack_1": 155, "grasp_2": 246},
}
LEFT, RIGHT, UP, DOWN = "\x1b[D", "\x1b[C", "\x1b[A", "\x1b[B"
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A command in a terminal of its own."""

    def __init__(self, arguments, environment):
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "isaaclab_mimic_core", *map(str, arguments)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment,
            start_new_session=True,
        )
        os.close(theirs)
        self._fd = ours
        self._unread = ""

    def expect(self, text: str) -> None:
        """Wait until a text is shown; what came before it counts as read."""
        wait_until(lambda: text in self._unread, repr(text), self._read, lambda: self._unread[-1500:], LONG)
        self._unread = self._unread.partition(text)[2]

    def _read(self) -> None:
        if select.select([self._fd], [], [], 0.1)[0]:
            try:
                data = os.read(self._fd, 65536)
            except OSError:  # The command has ended.
                data = b""
            assert data, f"ended: {self._unread[-1500:]}"
            self._unread = _CONTROL.sub("", self._unread + data.decode(errors="replace"))

    def press(self, keys: str, then: str) -> None:
        os.write(self._fd, keys.encode())
        self.expect(then)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._fd)


def marked(label: str, step: int | str) -> str:
    """How the terminal says where a mark is."""
    return f"{label:<18} {step:>6}"


@pytest.fixture
def terminal(environment):
    opened = []

    def start(*arguments) -> Terminal:
        opened.append(Terminal(arguments, environment))
        return opened[-1]

    yield start
    for session in opened:
        session.close()


def test_mark_undo_scrub_skip_quit_and_resume(terminal, two_demos, tmp_path):
    output = tmp_path / "marked.hdf5"
    command = ("annotate", "--manual", "--assets", "local", "--input", two_demos, "--output", output)

    session = terminal(*command)
    session.expect("demo_0  paused at 1x  sample 0 of 333")
    session.press("n", "playing at 1x")
    session.press("b", "paused at 1x")
    session.press("+", "paused at 2x")
    # Too late for what has to follow.
    session.press("9", "sample 299 of 333")
    session.press(UP + UP + UP, "sample 329 of 333")
    session.press("s", "no room is left between grasp_1 and the end of franka for stack_1, grasp_2")
    session.press("2", "sample 66 of 333")
    session.press("s", marked("grasp_1", 66))
    session.press("u", marked("grasp_1", "-"))
    session.press("r", marked("grasp_1", 66))
    session.press("5" + LEFT * 6, "sample 160 of 333")
    session.press("s", marked("stack_1", 160))
    session.press("7" + RIGHT * 9, "sample 241 of 333")
    session.press("s", "complete: Enter accepts")
    # The first one was 7 too early: jump there, step, move it.
    session.press("[[", "sample 66 of 333")
    session.press(RIGHT * 7, "sample 73 of 333")
    session.press("s", marked("grasp_1", 73))
    session.press("\r", "saved as demo_0")
    session.expect("demo_1  paused")
    session.press("3", "sample 100 of 336")
    session.press("s", marked("grasp_1", 100))
    session.press("\x1b", "demo_1 was not accepted: its marks are kept for --resume")
    session.expect("1 of 2 demonstrations annotated")
    assert session.process.wait(LIMIT) == 3  # Interrupted.
    kept = output.with_name("marked.hdf5.marks.json")
    assert json.loads(kept.read_text()) == {"demo_1": {"grasp_1": 100}}

    # What was marked is there again. It is taken back, and the demonstration skipped: nothing is left to be kept.
    session = terminal(*command, "--resume")
    session.expect(marked("grasp_1", 100))
    session.press("]x", marked("grasp_1", "-"))
    session.press("q", "demo_1: skipped")
    session.expect("1 of 2 demonstrations annotated")
    assert session.process.wait(LIMIT) == 1  # Done, with one left.
    assert not kept.exists()

    # Again, killed once it has reported what it saved.
    session = terminal(*command, "--resume", "--marks", "auto")
    session.expect("demo_1  paused")
    session.expect("complete: Enter accepts")
    session.press("s", "all marks of franka are set")
    session.press("\r", "saved as demo_1")
    os.killpg(session.process.pid, signal.SIGKILL)
    session.process.wait()
    with DatasetReader(output) as reader:
        assert [episode.attrs["mimic"]["annotated"]["from"] for episode in reader.episodes(["actions"])] == list(MARKS)
        for episode in reader.episodes():
            signals = episode.group("obs/datagen_info/subtask_term_signals")
            assert {name: first_change(values) for name, values in signals.items()} == MARKS[episode.name]
