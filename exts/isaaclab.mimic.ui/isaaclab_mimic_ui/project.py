# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The project: a folder, and the names of the files in it that go from step to step. This module has no widgets."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from isaaclab_mimic_core.sample import SAMPLE
from isaaclab_mimic_core.tasks import all_tasks

DEMOS, ANNOTATED, GENERATED, RUNS = "demos", "annotated", "generated", "run"
"""Names of the files that go from one step to the next, in the order in which they are made."""

PROPOSED = {DEMOS: "demos.hdf5", ANNOTATED: "annotated.hdf5", GENERATED: "generated.hdf5", RUNS: "run"}
"""File that goes from one step to the next -> what it is called unless somebody says otherwise."""

_MEANING = {
    DEMOS: "the recordings of this project",
    ANNOTATED: "the annotated demonstrations of this project",
    GENERATED: "the generated demonstrations of this project",
    RUNS: "the training run of this project",
}

TASK = "task"


def typed_path(text: str, folder: Path | None = None) -> Path:
    """Return the absolute path that a typed text means. `~` is a home; that of an unknown user is left as it is.

    Args:
        text: The text.
        folder: Where a path without a beginning is; None for the current folder.
    """
    path = Path(os.path.expanduser(text.strip()))
    return folder / path if folder is not None else Path(os.path.abspath(path))


def path_problem(text: str, path: Path) -> str:
    """Say why a path cannot be looked at, whatever is there; empty if it can.

    Args:
        text: What was typed.
        path: What it means.
    """
    text = text.strip()
    if text.startswith("~") and os.path.expanduser(text) == text:
        return f"There is no user {text[1:].split('/')[0]}."
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        return f"This path cannot be used ({reason})."
    return ""


class Project:
    """The folder, its task, and what its files are called. Steps share one object, whose content changes.

    An input is the output of the step before, unless another file was chosen for it. Choosing an input never changes an
    output; naming another output lets the inputs follow it again.

    Args:
        folder: The folder; it need not exist yet.
        kept: What `values` has returned.
    """

    def __init__(self, folder: Path, kept: Mapping[str, object] | None = None) -> None:
        self.move_to(folder, kept)

    def move_to(self, folder: Path, kept: Mapping[str, object] | None = None) -> None:
        """Become the project of another folder."""
        values = {name: text for name, text in (kept or {}).items() if isinstance(text, str)}
        self.folder = typed_path(str(folder))
        self.task = values.get(TASK, "")
        if self.task not in all_tasks():
            self.task = ""
        self._outputs = {name: values.get(name, proposed) for name, proposed in PROPOSED.items()}
        # With the output that there was: whoever names another one has the inputs follow it.
        self._chosen: dict[tuple[str, str], tuple[str, str]] = {}
        for key, text in values.items():
            name, _, by = key.partition("@")
            if by and name in PROPOSED:
                self.choose_input(name, by, text)

    def values(self) -> dict[str, str]:
        """Return what is to be kept of it: the task, the names of files, and the inputs that were chosen."""
        read = {(name, by): self.input(name, by) for name, by in self._chosen}
        chosen = {f"{name}@{by}": text for (name, by), text in read.items() if text != self._outputs[name]}
        return {TASK: self.task, **self._outputs, **chosen}

    def output(self, name: str) -> str:
        """Return what a file is called by the step that makes it."""
        return self._outputs[name]

    def name_output(self, name: str, text: str) -> None:
        """Give a file another name; whoever reads it follows."""
        self._outputs[name] = text

    def input(self, name: str, by: str) -> str:
        """Return which file a step reads.

        Args:
            name: The file that goes from the step before to this one.
            by: The step that reads it.
        """
        text, before = self._chosen.get((name, by), ("", None))
        return text if before == self._outputs[name] else self._outputs[name]

    def choose_input(self, name: str, by: str, text: str) -> None:
        """Let a step read another file than the one that the step before makes."""
        if text == self._outputs[name]:
            self._chosen.pop((name, by), None)
        else:
            self._chosen[name, by] = text, self._outputs[name]

    def follow(self, name: str) -> None:
        """Let all steps read what the step before makes."""
        self._chosen = {key: text for key, text in self._chosen.items() if key[0] != name}

    def path(self, text: str) -> Path:
        """Return the path that a text means: without a folder it is in the project's."""
        return typed_path(text, self.folder)

    def shown(self, path: str | os.PathLike[str]) -> str:
        """Return a path as it is shown: without the project's folder if it is in there."""
        path = Path(path)
        return str(path.relative_to(self.folder)) if path.is_relative_to(self.folder) else str(path)

    def shorten(self, text: str) -> str:
        """Return a text with the project's files called as they are in forms."""
        if self.folder == self.folder.parent:
            return text
        # Not in the middle of another path.
        return re.sub(rf"(?<![\w./~+@%-]){re.escape(str(self.folder))}/", "", text)

    def holds(self, makes: str, path: Path, replaces: bool) -> str:
        """Say what a file is that must not be written over; empty if nothing is known of it.

        Args:
            makes: The file that whoever asks makes, which it may of course write; empty if it makes none of them.
            path: What shall be written.
            replaces: Whether what is in it would be lost.
        """
        if _is_same(path, SAMPLE):
            return "This is the sample that came with the program."
        for name, text in self._outputs.items():
            if name != makes and text.strip() and _is_same(self.path(text), path):
                return f"These are {_MEANING[name]}."
        for (name, _), (text, _) in self._chosen.items():
            # Adding to what it makes itself is what another step may wait for.
            is_lost = replaces or name != makes
            if is_lost and any(_is_same(self.path(each), path) for each in text.split(";") if each.strip()):
                return "Another step of this project reads this file."
        return ""


def _is_same(one: Path, other: Path) -> bool:
    try:
        return os.path.realpath(one) == os.path.realpath(other)
    except (OSError, ValueError):  # What cannot be looked at.
        return os.path.normpath(one) == os.path.normpath(other)
