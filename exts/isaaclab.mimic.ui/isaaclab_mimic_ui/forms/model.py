# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The user's input for one step of the workflow."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

from isaaclab_mimic_core.devices import settings_of
from isaaclab_mimic_core.errors import MimicError
from isaaclab_mimic_core.files import holds_something
from isaaclab_mimic_core.option import Role
from isaaclab_mimic_core.options.teleoperation import SETTINGS
from isaaclab_mimic_core.tasks.described import task_name
from isaaclab_mimic_core.tasks.names import same_task

from ..project import TASK, Project, path_problem
from ..running.remedies import in_window_words
from ..steps import Step
from ..widgets.paths import from_home, keep_end
from .descriptor_watch import DescriptorWatch
from .fields import EXISTING, NEW, REPLACE, Field, fields_of

DESCRIPTOR = "descriptor"
"""The option that names one."""
_LONGEST = 24
"""Characters of a path in a sentence below the form."""


class Choices:
    """The texts in a form, and their values.

    Args:
        step: The step of the form.
        project: The task and the files that forms share; changed in place.
    """

    def __init__(self, step: Step, project: Project) -> None:
        self.step = step
        self.fields: dict[str, Field] = step.fields
        self.project = project
        self.groups = step.groups
        """Heading -> the fields under it, with the settings of the chosen device."""
        self._settings: dict[str, Field] = {}
        self._device_trouble = ""
        self._texts = {name: field.default for name, field in step.fields.items()}
        self._existing_of: Path | None = None
        """The output for which it was chosen what happens to it if it exists."""
        self._by = step.under or step.name
        """Who reads the files, for the project: all ways of a step read the same."""
        self.descriptors = DescriptorWatch()
        """What is wrong with descriptors; the form is to be checked again when there is news."""
        self.in_worker = True
        """Run in a process of its own."""
        self.made_in: Callable[[Path], str] = lambda path: ""
        """Returns the task that a file was made in, as far as that is known."""
        self.made_by: Callable[[Path], str] = lambda path: ""
        """Returns the descriptor that a file was made by, if it has to be chosen."""
        self.follow_device()

    def __getitem__(self, name: str) -> str:
        shared = self.fields[name].shared
        if shared == TASK:
            return self.project.task or self._texts[name]
        if name == EXISTING and self._existing_of != self.path("output"):
            return NEW
        if shared == self.step.makes and shared:
            return self.project.output(shared)
        return self.project.input(shared, self._by) if shared else self._texts[name]

    def __setitem__(self, name: str, text: str) -> None:
        shared = self.fields[name].shared
        if shared == TASK:
            self.project.task = text
        elif shared == self.step.makes and shared:
            self.project.name_output(shared, text)
        elif shared:
            self.project.choose_input(shared, self._by, text)
        else:
            self._texts[name] = text
        if name == EXISTING:
            self._existing_of = self.path("output")
        if name == "teleop_device":
            self.follow_device()

    def follow_device(self) -> None:
        """Show the settings of the chosen device, if the step uses a device."""
        if "teleop_device" not in self.step.fields:
            return
        self._settings, self._device_trouble = {}, ""
        try:
            known = fields_of(settings_of(self["teleop_device"]))
            self._settings = {name: field for name, field in known.items() if name not in self.step.option_names}
        except MimicError as error:
            self._device_trouble = str(error)
        for name, field in self._settings.items():
            # Settings of different devices may have the same name.
            if name not in self._texts or not field.takes(self._texts[name]):
                self._texts[name] = field.default
        self.fields = self.step.fields | self._settings
        self.groups = {
            title: tuple(self._settings) if names == (SETTINGS,) else names for title, names in self.step.groups.items()
        }

    def value(self, name: str) -> object:
        """Return the value of a field.

        Raises:
            ValueError: Its text is not valid.
        """
        return self.fields[name].to_value(self[name])

    @property
    def stated_task(self) -> str:
        """The task that the input was made in; empty if that is not known."""
        return self.made_in(read) if (read := self._read) else ""

    @property
    def _read(self) -> Path | None:
        """The file, or the first of those, that the step reads."""
        read = [option for option, file in self.step.files.items() if file == self.step.needs and file]
        return next((path for name in read for path in self.paths(name)), None)

    @property
    def task(self) -> str:
        """The task that a run would be in, a descriptor's too (`tasks.described`); empty if only the run will know."""
        if TASK not in self.fields:
            return ""
        shared = bool(self.fields[TASK].shared)
        if shared:
            chosen = self.project.task
        else:
            chosen = "" if self[TASK] == self.fields[TASK].option.declared.empty else self[TASK]
        if DESCRIPTOR in self.fields and self[DESCRIPTOR].strip():
            return task_name(str(self.path(DESCRIPTOR)), chosen)
        if chosen or not shared:
            return chosen or self.stated_task
        # The one that is shown, unless the file that is added to says another one.
        added_to = self.made_in(self.path("output")) if self._adds_demos else ""
        return added_to or self[TASK]

    @property
    def _adds_demos(self) -> bool:
        return EXISTING in self.fields and self.step.existing.get(self[EXISTING]) == "append"

    def drop_vanished(self) -> list[str]:
        """Give fields whose value can no longer be chosen their default; return their names."""
        vanished = [
            name for name, field in self.fields.items() if field.follows_plugins and self[name] not in field.choices
        ]
        for name in vanished:
            field = self.fields[name]
            self[name] = field.default if field.default in field.choices else field.choices[0]
        self.follow_device()
        return vanished

    def problems(self) -> dict[str, str]:
        """Return, per field, what must be changed before a run can start."""
        found = {"teleop_device": self._device_trouble} if self._device_trouble else {}
        for name, field in self.fields.items():
            try:
                field.to_value(self[name])
                problem = self._file_problem(field, field.role) if field.role else ""
            except ValueError as error:
                problem = str(error)
            if problem:
                found[name] = problem
        if TASK not in found and (problem := self._task_problem()):
            found[TASK] = problem
        if DESCRIPTOR not in found and (problem := self._descriptor_problem()):
            found[DESCRIPTOR] = problem
        return found | {name: text for name, text in self.step.check(self).items() if name not in found}

    def options(self) -> dict:
        """Return the stage's options that the form shows and that differ from the stage's own defaults."""
        values = {name: field.to_value(self[name]) for name, field in self.fields.items()}
        for name, field in self.fields.items():
            if field.many:
                values[name] = [str(path) for path in self.paths(name)]
            elif field.role and values[name]:
                values[name] = str(self.path(name))
        for name in self.step.may_name_files:
            if (path := self.project.path(self[name])).suffix and os.path.isfile(path):
                values[name] = str(path)
        if TASK in self.fields and self.fields[TASK].shared and not self.project.task:
            # A descriptor, or a file that is added to, may say another one than is shown.
            del values[TASK]
        if EXISTING in values:
            wanted = values.pop(EXISTING)
            values |= {option: choice == wanted for choice, option in self.step.existing.items()}
        if self._settings:
            values[SETTINGS] = {name: values.pop(name) for name in self._settings}
        return {name: value for name, value in values.items() if value is not None}

    def in_words(self, text: str) -> str:
        """Return a message of the stage with options and commands called as in the window.

        Commands that the window has not, with their options, stay as they are.
        """
        known = {option: choice for choice, option in self.step.existing.items()}
        known |= {name: f'"{field.label}"' for name, field in self.fields.items() if name not in known}

        def say(found: re.Match) -> str:
            option: str = found[1]
            return known.get(option.replace("-", "_")) or found[0]

        said = in_window_words(text).split("\n")
        lines = (line if "mimic " in line else re.sub(r"--([a-z][a-z-]*[a-z])", say, line) for line in said)
        return "\n".join(lines)

    def path(self, name: str) -> Path:
        """Return the path in a field."""
        return self.project.path(self[name])

    def paths(self, name: str) -> list[Path]:
        """Return the paths in a field that holds several."""
        return [self.project.path(each) for each in self[name].split(";") if each.strip()]

    def may_replace(self) -> bool:
        """Whether the output may exist already."""
        if EXISTING in self.fields:
            return self[EXISTING] != NEW
        return "resume" in self.fields and self["resume"] == "True"

    @property
    def _replaces(self) -> bool:
        return EXISTING in self.fields and self[EXISTING] == REPLACE

    def run_has_ended(self) -> None:
        """Forget what holds for one run only, so that the next one replaces nothing unasked."""
        if self._replaces:
            self[EXISTING] = NEW

    def start_from(self, text: str) -> None:
        """Fill in the defaults, and on top of them what `to_text` has returned."""
        self._texts = {name: field.default for name, field in self.step.fields.items()}
        self._existing_of, self.in_worker = None, self.step.worker
        self.follow_device()
        self.read_text(text)

    def to_text(self, files: bool = True) -> str:
        """Return as text what differs from the defaults, without shared values and without what holds for one run.

        Args:
            files: With the files that only this step names.
        """
        own = [name for name, field in self.fields.items() if not field.shared and name != EXISTING]
        if not files:
            own = [name for name in own if not self.fields[name].role and name not in self.step.may_name_files]
        kept = {name: self._texts[name] for name in own if self._texts[name] != self.fields[name].default}
        return json.dumps({**kept, "in_worker": self.in_worker})

    def read_text(self, text: str) -> None:
        """Read the text of `to_text`, as far as it is still valid."""
        kept = read_kept(text)
        for of_device in (False, True):
            # Read the device first, because its settings are fields only once it is chosen.
            for name in self._settings if of_device else self.step.fields:
                if name == EXISTING:
                    continue
                value, field = kept.get(name), self.fields[name]
                if isinstance(value, str) and not (field.choices and value not in field.choices):
                    self._texts[name] = value
            self.follow_device()
        if isinstance(kept.get("in_worker"), bool):
            self.in_worker = kept["in_worker"]

    def _task_problem(self) -> str:
        """Say that the input is of another task than the one chosen, where that has to be allowed; else nothing."""
        field = self.fields.get(TASK)
        if field is None or "any_task" not in self.fields or self["any_task"] == "True":
            return ""
        chosen, stated = self[TASK], self.stated_task
        if not stated or chosen == field.option.declared.empty or same_task(chosen, stated):
            return ""
        allow = self.fields["any_task"].label
        return f'The input is of {stated}. Choose "{field.option.declared.empty}", or tick {allow}.'

    def _descriptor_problem(self) -> str:
        """Say that the input was made by a descriptor, where neither that nor a task is chosen; else nothing."""
        if DESCRIPTOR not in self.fields or self[DESCRIPTOR].strip() or TASK not in self.fields:
            return ""
        empty = self.fields[TASK].option.declared.empty
        if self[TASK] != empty or self._read is None or not (by := self.made_by(self._read)):
            return ""
        # What to do about it is to be read, too: two lines are all that there is.
        made_by = keep_end(from_home(Path(by)), _LONGEST)
        otherwise = "a task above for that one's subtasks and success"
        return f"The input was made by {made_by}. Choose that file, or {otherwise}."

    def _file_problem(self, field: Field, role: Role) -> str:
        text = self[field.name].strip()
        if not text:
            return "" if not (field.default or field.shared) else _MISSING[role]
        texts = text.split(";") if field.many else [text]
        if problem := next(filter(None, (path_problem(each, self.project.path(each)) for each in texts)), ""):
            return problem
        if role is Role.CHECKPOINTS:
            missing = [path for path in self.paths(field.name) if not path.exists()]
            return f"There is no {self.project.shown(missing[0])}." if missing else ""
        path = self.path(field.name)
        if role is Role.INPUT_FILE:
            if path.is_file():
                return self.descriptors.problem(path) if field.name == DESCRIPTOR else ""
            return "This is a folder; a file is wanted." if path.is_dir() else "There is no such file."
        return self._output_problem(path, role)

    def _output_problem(self, path: Path, role: Role) -> str:
        """Say why a file or folder cannot be written; empty if it can."""
        if role is Role.OUTPUT_FILE and path.is_dir():
            return "This is a folder; add a file name."
        if not can_write_in(path.parent):
            return "This folder cannot be written to."
        inputs = [name for name, other in self.fields.items() if other.role is Role.INPUT_FILE and self[name].strip()]
        if any(self.path(name) == path for name in inputs):
            return "This is the input file. Choose another name."
        makes = self.step.makes if role is Role.OUTPUT_FILE else ""
        if role is Role.OUTPUT_FILE and (known := self.project.holds(makes, path, self._replaces)):
            return f"{known} Choose another name."
        if role is Role.OUTPUT_FILE and path.is_file() and not self.may_replace():
            return f"This file exists. Choose another name{self._or_below()}."
        if role is Role.OUTPUT_FOLDER and path.is_file():
            return "This is a file; name a folder."
        if role is Role.OUTPUT_FOLDER and path.is_dir() and not self.may_replace():
            try:
                if holds_something(path):
                    return f"This folder is not empty. Choose another one{self._or_below()}."
            except OSError as error:
                return f"This folder cannot be used ({(error.strerror or str(error)).lower()})."
        return ""

    def _or_below(self) -> str:
        """Name what the form offers for an output that exists, to go on after a comma."""
        if self.step.existing:
            return f", or {' or '.join(self.step.existing)} below"
        return f", or tick {self.fields['resume'].label} below" if "resume" in self.fields else ""


_MISSING = {
    Role.INPUT_FILE: "Choose the file to start from.",
    Role.CHECKPOINTS: "Choose a checkpoint, or the folder of a training run.",
    Role.OUTPUT_FILE: "Say which file to write.",
    Role.OUTPUT_FOLDER: "Say which folder to write to.",
}


def read_kept(text: str) -> dict:
    """Read a remembered dictionary; an empty one if it is damaged."""
    try:
        kept = json.loads(text)
    except ValueError:
        return {}
    return kept if isinstance(kept, dict) else {}


def can_write_in(folder: Path) -> bool:
    """Whether a file can be made in a folder, which need not exist yet."""
    while not os.path.exists(folder) and folder != folder.parent:
        folder = folder.parent
    return os.path.isdir(folder) and os.access(folder, os.W_OK)
