# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A step's form: its fields in groups, checked while they are filled in."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import omni.ui as ui

from isaaclab_mimic_core.options.teleoperation import SETTINGS
from isaaclab_mimic_core.tasks import all_tasks

from ..file_dialog.listing import FileRequest
from ..project import TASK
from ..steps import OPEN_GROUPS
from ..widgets import style
from ..widgets.layout import section
from .fields import EXISTING
from .model import Choices
from .row import Entry

_REST = 0.8
"""[s] Errors of what is typed wait until nothing has been typed for this long."""
_LOOK_PERIOD = 1.0
"""[s] How often it is looked whether a descriptor was changed elsewhere."""
_SETTLING = 0.5
"""[s] How long a start waits for what is in a descriptor: a network may never answer."""


class FormView:
    """The form. `build` may be called again whenever the layout changes.

    Args:
        choices: The user's input.
        on_editing: Called with whether text is being typed into a field.
        on_change: Called when a value has changed.
        choose_file: Lets the user choose a file, and hands the path to its second argument.
    """

    def __init__(
        self,
        choices: Choices,
        on_editing: Callable[[bool], None],
        on_change: Callable[[], None],
        choose_file: Callable[[FileRequest, Callable[[str], None]], None],
    ) -> None:
        self._choices = choices
        self._choose_file = choose_file
        self._tell_editing = on_editing
        self._edited = ""
        """The field that is being typed into."""
        self._typed_at: float | None = None
        self._look_due = 0.0
        self._stated_task = ""
        """The input's task when the form was checked last."""
        self.trouble = ""
        """The first error that is shown, with the name of its field."""
        self._changed = on_change
        self.entries: dict[str, Entry] = {}
        # A field shows its error only after it was edited, or after a start was tried.
        self._touched: set[str] = set()
        self._open: dict[str, bool] = {}
        self.groups: dict[str, ui.CollapsableFrame] = {}
        """The groups that can be folded."""
        self._device_box: ui.VStack | None = None
        """Contains the group with the settings of the chosen device."""
        self._is_outdated = False
        """Whether that group shows the settings of another device."""
        self._take_fields()

    def build(self) -> None:
        """Add the rows to the current container."""
        self.groups.clear()
        self._is_outdated = False
        for title, names in self._choices.step.groups.items():
            if names == (SETTINGS,):
                # Not a frame with a build function, which would be built only when it is scrolled into view.
                self._device_box = ui.VStack(height=0)
                with self._device_box:
                    self._build_group(title)
            else:
                self._build_group(title)
        self.check()

    def _build_group(self, title: str) -> None:
        entries = [self.entries[name] for name in self._choices.groups[title] if name in self.entries]
        if title in OPEN_GROUPS:
            section(title.upper())
            for entry in entries:
                entry.build()
            ui.Spacer(height=style.GAP)
        elif entries:
            self._build_folded(title, entries)
        else:
            self.groups.pop(title, None)

    def _take_fields(self) -> None:
        """Make a row for each current field."""
        fields = self._choices.fields
        gone = [name for name, entry in self.entries.items() if fields.get(name) != entry.described]
        for name in gone:
            self.entries.pop(name).destroy()
        new = [name for name in fields if name not in self.entries]
        for name in new:
            self.entries[name] = Entry(
                fields[name],
                self._choices[name],
                partial(self._on_change, name),
                partial(self._on_editing, name),
                self._explain_task if name == TASK else None,
                self._on_choose,
            )
        self._is_outdated |= bool(gone or new)

    def _build_folded(self, title: str, entries: list[Entry]) -> None:
        frame = ui.CollapsableFrame(title, collapsed=not self._open.get(title, False), height=0)
        frame.set_collapsed_changed_fn(lambda collapsed: self._open.__setitem__(title, not collapsed))
        self.groups[title] = frame
        with frame, ui.VStack(height=0, spacing=style.GAP):
            ui.Spacer(height=2)
            for entry in entries:
                entry.build()
            ui.Spacer(height=4)

    def sync(self) -> None:
        """Show values that something else than this form has changed."""
        for name, entry in self.entries.items():
            if entry.value != self._choices[name]:
                entry.value = self._choices[name]

    def start_anew(self) -> None:
        """Show the values of another project, without errors: nothing in it has been tried."""
        self._take_fields()
        self.sync()
        self._touched.clear()
        self.check()

    def follow_plugins(self) -> bool:
        """Update choices after plug-ins have changed; return whether rows must be rebuilt."""
        self._choices.drop_vanished()
        self._take_fields()
        for name, entry in self.entries.items():
            if entry.described.follows_plugins:
                entry.value = self._choices[name]
        return any(entry.is_outdated for entry in self.entries.values())

    def refresh(self) -> None:
        """Show the settings of the chosen device, and errors once typing rests.

        Call it once per frame, but not while a widget reports a change.
        """
        now = time.monotonic()
        if now > self._look_due:
            self._look_due = now + _LOOK_PERIOD
            self._choices.descriptors.look_again()
            if TASK in self.entries:
                self.entries[TASK].explain_again()
        rests = self._typed_at is not None and now - self._typed_at > _REST
        if rests or self._choices.descriptors.take_news() or self._choices.stated_task != self._stated_task:
            self.check()
        if self._device_box is None or not self._is_outdated:
            return
        self._is_outdated = False
        self._device_box.clear()
        with self._device_box:
            for title, names in self._choices.step.groups.items():
                if names == (SETTINGS,):
                    self._build_group(title)
        self.check()

    def set_enabled(self, enabled: bool) -> None:
        for entry in self.entries.values():
            entry.set_enabled(enabled)

    def try_all(self) -> dict[str, str]:
        """Check all fields, also untouched ones; show and return the errors."""
        self._choices.descriptors.settle(_SETTLING)
        self._touched.update(self.entries)
        self._typed_at = None
        problems = self.check()
        for title, names in self._choices.groups.items():
            if title in self.groups and problems.keys() & set(names):
                self.groups[title].collapsed = False
        return problems

    def check(self) -> dict[str, str]:
        """Update the error messages. While somebody types, they only go; new ones wait until typing rests."""
        rests = self._typed_at is None or time.monotonic() - self._typed_at > _REST or not self._edited
        if rests:
            self._typed_at = None
        problems = self._choices.problems()
        self._stated_task = self._choices.stated_task
        for name, entry in self.entries.items():
            problem = problems.get(name, "") if name in self._touched else ""
            if rests or not problem:
                entry.show_problem(problem)
        shown = [(entry.described.label, entry.problem) for entry in self.entries.values() if entry.problem]
        more = f" (and {len(shown) - 1} more)" if len(shown) > 1 else ""
        self.trouble = f"{shown[0][0]}: {shown[0][1]}{more}" if shown else ""
        return problems

    def destroy(self) -> None:
        for entry in self.entries.values():
            entry.destroy()
        self.groups.clear()
        self._device_box = None

    def _explain_task(self, text: str) -> str:
        """Return a task's title, and what it needs beyond physics; of one that is not the chosen one its name, too."""
        name = self._choices.task
        task = all_tasks().get(name)
        said = f"{self._choices.project.shorten(name)}: " if name and name != text else ""
        if task is None or not task.title:
            return said.removesuffix(": ")
        title = task.title if said else task.title[0].upper() + task.title[1:]
        return f"{said}{title}" + (f". Needs {' and '.join(task.needs)}" if task.needs else "") + "."

    def _on_choose(self, entry: Entry) -> None:
        field, project = entry.described, self._choices.project
        assert field.role, "only a path has a button to choose it"
        start = str(project.path(entry.value.split(";")[0]))
        request = FileRequest(field.label, field.role, start, field.many, field.option.declared.suffixes)

        def take(text: str) -> None:
            entry.value = "; ".join(project.shown(each.strip()) for each in text.split(";"))

        self._choose_file(request, take)

    def _on_editing(self, name: str, begins: bool) -> None:
        self._edited = name if begins else ""
        self._tell_editing(begins)
        if not begins:
            self.check()

    def _on_change(self, name: str, text: str) -> None:
        if self._choices[name] == text:
            return
        self._choices[name] = text
        if name != EXISTING and EXISTING in self.entries:
            # What is to happen to one output is not said of another.
            self.entries[EXISTING].value = self._choices[EXISTING]
        self._touched.add(name)
        self._typed_at = time.monotonic() if self._edited == name else None
        self._take_fields()
        self.check()
        self._changed()
