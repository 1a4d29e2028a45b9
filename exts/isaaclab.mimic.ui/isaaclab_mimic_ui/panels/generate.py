# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The Generate panel: on the left what is wanted, on the right how it goes."""

from __future__ import annotations

import ast
import inspect
import itertools
import textwrap
from dataclasses import fields
from functools import partial

import omni.ui as ui

from isaaclab_mimic_core.tasks.catalog import TASKS

from ..choices import GenerateChoices
from ..session import Session, State
from ..widgets import style
from ..widgets.form import Choice, Entry
from ..widgets.layout import card, section
from ..widgets.notice import build_notice
from .run_view import RunView

_WIDE = 900
"""[px] From this width on the two halves stand side by side; in a narrower window one is above the other."""

_FORM_WIDTH = 500

_RUN_HEIGHT = 480
"""[px] Where the halves are above each other, the lower one scrolls with the window and has no height of its own."""

_LABELS = {
    "task": "Task",
    "input": "Annotated file",
    "output": "Output file",
    "num_demos": "Demonstrations",
    "num_envs": "Environments",
    "seed": "Seed",
    "overwrite": "Replace the output file if it exists",
    "in_worker": "Run in a worker process",
}

_SECTIONS = {
    "TASK AND FILES": ("task", "input", "output", "overwrite"),
    "RUN": ("num_demos", "num_envs", "seed", "in_worker"),
}


class GeneratePanel:
    """Builds into the current container.

    Args:
        session: What is shown and changed here.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        tooltips = _field_docstrings(GenerateChoices)
        self.entries: dict[str, Entry] = {}
        for name in (field.name for field in fields(GenerateChoices)):
            # What all kinds of entries need.
            given = (
                getattr(session.choices, name),
                partial(self._on_change, name),
                _LABELS[name],
                tooltips[name],
            )
            self.entries[name] = Choice(*given, _explain_tasks()) if name == "task" else Entry(*given)
        # What is missing in an untouched form is no mistake yet: a field complains once it has been edited or tried.
        self._touched: set[str] = set()
        self._wide = True
        self._face: tuple[str, str, bool] | None = None
        self.button: ui.Button | None = None
        self._view: RunView | None = None
        self._frame = ui.Frame(build_fn=self._build)
        self._frame.set_computed_content_size_changed_fn(self._on_size)
        self._check()

    def refresh(self) -> None:
        """Bring what is shown up to date; called once a frame."""
        if self._view is None:
            return
        state = self._session.state
        if state is State.STOPPING:
            face = ("plain", "Stopping ...", False)
        elif state.is_active:
            face = ("plain", "Stop", True)
        else:
            face = ("primary", "Generate", self._session.can_start)
        if self._face != face:
            self._face = face
            self.button.name, self.button.text, self.button.enabled = face
            for entry in self.entries.values():
                entry.set_enabled(not state.is_active)
        self._view.refresh()

    def destroy(self) -> None:
        for entry in self.entries.values():
            entry.destroy()
        self._view = self.button = None
        self._frame.destroy()

    def _on_size(self) -> None:
        wide = self._frame.computed_content_width >= _WIDE
        if wide != self._wide:
            self._wide = wide
            self._frame.rebuild()

    def _build(self) -> None:
        self._face = None
        scrolling = ui.ScrollingFrame(horizontal_scrollbar_policy=ui.ScrollBarPolicy.SCROLLBAR_ALWAYS_OFF)
        if self._wide:
            with scrolling, ui.HStack(spacing=style.PADDING):
                with ui.VStack(width=_FORM_WIDTH):
                    self._build_form(grows=True)
                with ui.VStack(spacing=style.PADDING):
                    self._build_shortage()
                    self._view = RunView(self._session)
        else:
            with scrolling, ui.VStack(height=0, spacing=style.PADDING):
                self._build_shortage()
                self._build_form(grows=False)
                with ui.VStack(height=_RUN_HEIGHT):
                    self._view = RunView(self._session)

    def _build_shortage(self) -> None:
        if self._session.shortage is not None:
            build_notice(f"Something is missing\n{self._session.shortage.text}", self._session.shortage.command)

    def _build_form(self, grows: bool) -> None:
        with card(grows):
            for title, names in _SECTIONS.items():
                section(title)
                for name in names:
                    self.entries[name].build()
                ui.Spacer(height=style.GAP)
            if grows:
                ui.Spacer()
            self.button = ui.Button("Generate", name="primary", height=38, clicked_fn=self._on_button)

    def _on_change(self, name: str, value) -> None:
        setattr(self._session.choices, name, value)
        self._touched.add(name)
        self._check()

    def _on_button(self) -> None:
        if self._session.state.is_active:
            self._session.stop()
            return
        self._touched.update(self.entries)
        if not self._check():
            self._session.start()

    def _check(self) -> dict[str, str]:
        problems = self._session.choices.problems()
        for name, entry in self.entries.items():
            entry.show_problem(problems.get(name, "") if name in self._touched else "")
        return problems


def _explain_tasks() -> dict[str, str]:
    """Return every task's title, and what it needs beyond physics."""
    return {
        task.id: task.title[0].upper()
        + task.title[1:]
        + (f". Needs {' and '.join(task.needs)}" if task.needs else "")
        + "."
        for task in TASKS.values()
    }


def _field_docstrings(cls: type) -> dict[str, str]:
    """Return the docstrings under a dataclass's fields, for tooltips."""
    body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0].body
    return {
        field.target.id: " ".join(inspect.cleandoc(text.value.value).split())
        for field, text in itertools.pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
    }
