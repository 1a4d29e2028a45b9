# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Commands of the Dataset panel: their command lines, and their progress and results in words; no widgets."""

from __future__ import annotations

import re
from pathlib import Path

from isaaclab_mimic_core import events
from isaaclab_mimic_core.errors import OptionError

from ..running.remedies import in_window_words
from .rerun_viewer import folder_for

RERUN = "rerun"
"""The command whose result Rerun's viewer shows."""

EDITS = {
    "keep": ("Keep", "Write a file with these demonstrations."),
    "leave_out": ("Leave out", "Write a file with all the others."),
    "merge": ("Merge", "Write a file with the demonstrations of both."),
    "export": ("LeRobot", "Write a LeRobot dataset (v3.0)."),
    "film": ("Videos", "Write a video (mp4) of each camera and demonstration."),
}
"""Edit -> label of its button, and its tooltip."""

_NOT_HERE = re.compile(
    r"[,;]? \(?or (?:insist: |keep what all have: )?--(?:in-place|overwrite|force|failed)\b\)?"
    r"|\s*Export them all the same: --failed\b"
)
"""What a message offers besides, and the panel does not have."""
_CALLED = {
    "--output FILE": '"Output"',
    "--output FOLDER": '"Output"',
    "--output": '"Output"',
    "--demos": '"Demonstrations"',
    ": --format lerobot": "",
}
"""Option of a command -> what it is called in the panel."""
TITLES = {"check": "Check", "compare": "Compare", RERUN: "Rerun"} | {by: label for by, (label, _) in EDITS.items()}
"""Command -> label of its button."""
_DOING = {"check": "Checking", "compare": "Comparing", RERUN: "Preparing"} | dict.fromkeys(EDITS, "Writing")


def check_words(path: str) -> list[str]:
    """Return the command line that checks a file."""
    return ["check", path]


def compare_words(path: str, other: str) -> list[str]:
    """Return the command line that says in what a file differs from another one."""
    return ["info", path, "--compare", other]


def rerun_words(path: str, demos: str) -> list[str]:
    """Return the command line that writes what Rerun's viewer reads.

    Args:
        path: The file.
        demos: Names, numbers and ranges.
    """
    return ["export", path, "--format", "rerun", "--demos", demos, "--overwrite", "--output", str(folder_for(path))]


def edit_words(by: str, path: str, demos: str, other: str, output: str) -> list[str]:
    """Return the command line that edits or exports a file.

    Args:
        by: One of `EDITS`.
        path: The file.
        demos: Names, numbers and ranges: demo_3,7,10-19; for exports all if empty.
        other: For merge, the file to add.
        output: File to write; for exports, the folder.

    Raises:
        OptionError: Something is missing.
    """
    if not output:
        raise OptionError("say where the result goes", where="Output")
    target = ["--output", str(Path(output).expanduser().absolute())]
    chosen = ["--demos", demos] if demos else []
    if by == "merge":
        if not other:
            raise OptionError("say which file to add", where="File to add")
        return ["merge", path, str(Path(other).expanduser()), *target]
    if by in ("export", "film"):
        return ["export", path, "--format", "mp4" if by == "film" else "lerobot", *chosen, *target]
    if not demos:
        raise OptionError("say which demonstrations are meant", where="Demonstrations", remedy="Such as 0-4,7.")
    return ["select" if by == "keep" else "drop", path, *chosen, *target]


def in_words(text: str) -> str:
    """Return a message of a command with options and commands called as in the window.

    Commands that the window has not, with their options, stay as they are.
    """
    lines = _NOT_HERE.sub("", in_window_words(text)).split("\n")
    return "\n".join(line if "mimic " in line else _called(line) for line in lines)


def _called(line: str) -> str:
    for option, label in _CALLED.items():
        line = line.replace(option, label)
    return line


def progress(by: str, event: events.Event | None = None) -> str:
    """Return a command's progress in words, from its last event."""
    return f"{_DOING[by]}: {event.progress}" if event and event.progress else f"{_DOING[by]} ..."


def outcome(ending: events.StageFinished) -> str:
    """Return a command's result in words."""
    return "\n".join([*ending.results, ending.output])


def stopped(last: events.DemoSaved | None) -> str:
    """Say what a stopped command has left, from its last saved demonstration."""
    return "Stopped. Nothing was written." if last is None else f"Stopped: {last.progress} are in {last.path}."
