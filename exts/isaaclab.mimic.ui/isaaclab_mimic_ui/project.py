# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The project: a folder, and the names of the files in it that go from step to step. This module has no widgets."""

from __future__ import annotations

import os
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
        self.folder = Path(folder).expanduser().absolute()
        self.task = values.get(TASK, "")
        if self.task not in all_tasks():
            self.task = ""
        self._outputs = {name: values.get(name, proposed) for name, proposed in PROPOSED.items()}
        self._chosen: dict[tuple[str, str], str] = {}
        for key, text in values.items():
            name, _, by = key.partition("@")
            if by and name in PROPOSED:
                self._chosen[name, by] = text

    def values(self) -> dict[str, str]:
        """Return what is to be kept of it: the task, the names of files, and the inputs that were chosen."""
        chosen = {f"{name}@{by}": text for (name, by), text in self._chosen.items()}
        return {TASK: self.task, **self._outputs, **chosen}

    def output(self, name: str) -> str:
        """Return what a file is called by the step that makes it."""
        return self._outputs[name]

    def name_output(self, name: str, text: str) -> None:
        """Give a file another name; whoever reads it follows."""
        if text != self._outputs[name]:
            self._outputs[name] = text
            self.follow(name)

    def input(self, name: str, by: str) -> str:
        """Return which file a step reads.

        Args:
            name: The file that goes from the step before to this one.
            by: The step that reads it.
        """
        return self._chosen.get((name, by), self._outputs[name])

    def choose_input(self, name: str, by: str, text: str) -> None:
        """Let a step read another file than the one that the step before makes."""
        if text == self._outputs[name]:
            self._chosen.pop((name, by), None)
        else:
            self._chosen[name, by] = text

    def follow(self, name: str) -> None:
        """Let all steps read what the step before makes."""
        self._chosen = {key: text for key, text in self._chosen.items() if key[0] != name}

    def path(self, text: str) -> Path:
        """Return the path that a text means: without a folder it is in the project's."""
        return self.folder / Path(text.strip()).expanduser()

    def shown(self, path: str | os.PathLike[str]) -> str:
        """Return a path as it is shown: without the project's folder if it is in there."""
        path = Path(path)
        return str(path.relative_to(self.folder)) if path.is_relative_to(self.folder) else str(path)

    def shorten(self, text: str) -> str:
        """Return a text with the project's files called as they are in forms."""
        return text.replace(f"{self.folder}/", "")

    def holds(self, makes: str, path: Path) -> str:
        """Say what a file is that must not be written over; empty if nothing is known of it.

        Args:
            makes: The file that whoever asks makes, which it may of course write; empty if it makes none of them.
            path: What shall be written.
        """
        if _is_same(path, SAMPLE):
            return "This is the sample that came with the program."
        for name, text in self._outputs.items():
            if name != makes and text.strip() and _is_same(self.path(text), path):
                return f"These are {_MEANING[name]}."
        for (name, _), text in self._chosen.items():
            if name != makes and text.strip() and any(_is_same(self.path(each), path) for each in text.split(";")):
                return "Another step of this project reads this file."
        return ""


def _is_same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)
