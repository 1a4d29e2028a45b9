# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Base of the panels that run a stage: the form on the left, the run on the right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import omni.ui as ui

from ..confirmations import ask_before_start, stop
from ..forms.view import FormView
from ..project import ANNOTATED
from ..scene.view import SceneFrame
from ..session import Session, State
from ..steps import STEPS, next_after, ways_of
from ..widgets import style
from ..widgets.last_run import build_last_run
from ..widgets.layout import card, scrolled
from ..widgets.log import Log
from ..widgets.notice import build_notice
from ..widgets.room import Room
from .context import PanelContext

WIDE = 720
"""[px] From this width on the two halves are side by side; in a narrower window one is above the other."""

_TROUBLE = 32
"""[px] Height of what is said above the button."""

_RUN_HEIGHT = 560
"""[px] Height of the lower half where the halves are above each other."""

_DETAILS = 0.7
"""Height of what is below the view, as a part of the view's."""

_NO_MARKS = "No demonstration in this file is annotated."


class StagePanel:
    """Builds into the current container. Subclasses fill the right half.

    Args:
        session: The session that is shown and changed.
        context: The surrounding window.
    """

    steps_singly = False
    """Whether a run can be paused and made to go one step."""

    def __init__(self, session: Session, context: PanelContext) -> None:
        self.session = session
        self.context = context
        self.form = FormView(session.choices, context.on_editing, self._on_form, context.choose_file)
        self.worker = ui.SimpleBoolModel(session.in_worker)
        self._on_worker = self.worker.subscribe_value_changed_fn(
            lambda model: setattr(session.choices, "in_worker", model.get_value_as_bool())
        )
        self._wide = context.width() >= WIDE
        self._room = Room(context.width())
        """Of the panel."""
        self._face: tuple | None = None
        self._shown: tuple | None = None
        self.button: ui.Button | None = None
        self.pause_button: ui.Button | None = None
        self.step_button: ui.Button | None = None
        self.next_button: ui.Button | None = None
        """Leads to the step that goes on with what this one has made."""
        self.way_buttons: dict[str, ui.Button] = {}
        self.worker_box: ui.CheckBox | None = None
        self.scene: SceneFrame | None = None
        """The view of the scene; None without a run, or where a run has none."""
        self.enlarged = False
        """Whether the view fills the window."""
        self._asides: list[ui.Stack] = []
        self._form_column: ui.Stack | None = None
        self._run_frame: ui.Frame | None = None
        self._trouble: ui.Label | None = None
        self.remedy_button: ui.Button | None = None
        """Leads to the step that does what this one asks for; None where it asks for nothing."""
        self.annotate_button: ui.Button | None = None
        """Has the input annotated that is not; None in steps that need no marks."""
        self._said = ""
        self._was_active = session.state.is_active
        self._frame = ui.Frame(build_fn=self._build)

    @property
    def entries(self):
        """The rows of the form by name."""
        return self.form.entries

    # -- for subclasses

    def build_empty(self) -> None:
        """Add what the right half shows before the first run: what to do next."""
        raise NotImplementedError

    def build_run(self) -> None:
        """Add the widgets that show a run."""
        raise NotImplementedError

    def refresh_run(self) -> None:
        """Update the widgets that show a run."""
        raise NotImplementedError

    def build_scene(self, env: int = 0, least: int = 170) -> SceneFrame:
        """Add the view of the scene, which fills the space that is left.

        Args:
            env: Environment that is looked into from the start; -1: none.
            least: Height of the picture at least [px].
        """
        self.scene = SceneFrame(
            self.context.host, self.session, self.context.view, self.toggle_enlarged, env, least, self._orient
        )
        return self.scene

    def build_log(self, height: int, share: float = 0.0) -> Log:
        """Add the log of the run; for its height see `Log`."""
        return Log(height, lambda: self.context.host.copy(self.session.log_text()), self.session.save_log, share)

    @contextmanager
    def run_column(self, spacing: int = style.GAP) -> Iterator[None]:
        """A column that fills the space there is, and scrolls where that is too little."""
        with (
            ui.ScrollingFrame(
                horizontal_scrollbar_policy=ui.ScrollBarPolicy.SCROLLBAR_ALWAYS_OFF,
                vertical_scrollbar_policy=ui.ScrollBarPolicy.SCROLLBAR_AS_NEEDED,
            ),
            ui.VStack(spacing=spacing),
        ):
            yield

    @contextmanager
    def aside(self, height: int | None = 0, spacing: int = style.GAP) -> Iterator[ui.Stack]:
        """A column that makes room where the view of the scene is enlarged; of its own height, or of one [px]."""
        sizes = {} if height is None else {"height": height}
        with ui.VStack(spacing=spacing, visible=not self.enlarged, **sizes) as column:
            self._asides.append(column)
            yield column

    @contextmanager
    def details(self, least: int) -> Iterator[None]:
        """What is below the view: of the room there is, a part.

        Args:
            least: Height at least [px].
        """
        with ui.ZStack(height=ui.Fraction(_DETAILS), visible=not self.enlarged) as place:
            self._asides.append(place)
            ui.Spacer(height=least)
            yield

    # -- for the window

    def on_shown(self) -> None:
        """Called when the panel comes to the front, because other steps may have changed shared values."""
        self.form.sync()
        self.form.check()
        self.follow_plugins()

    def follow_plugins(self) -> None:
        """Update choices after plug-ins have come or gone."""
        if self.form.follow_plugins() and self._run_frame is not None:
            self._frame.rebuild()

    def follow_project(self) -> None:
        """Show another project."""
        self.form.start_anew()
        if self.worker.get_value_as_bool() != self.session.in_worker:
            self.worker.set_value(self.session.in_worker)

    def refresh(self) -> None:
        """Update everything that is shown; called once a frame."""
        if self._run_frame is None:
            return
        wide = self.context.width() >= WIDE
        if wide != self._wide:
            self._wide = wide
            self._frame.rebuild()
            return
        if self._room.has_shrunk(self.context.width()):
            self._run_frame.rebuild()
            return
        self.form.refresh()
        self._refresh_buttons()
        lacks_marks = not self.session.is_active and self.context.workflow.lacks_marks(self.session)
        if self.annotate_button is not None and self.annotate_button.visible != lacks_marks:
            self.annotate_button.visible = lacks_marks
        text = self.form.trouble or self._said or (_NO_MARKS if lacks_marks else "")
        if self._trouble is not None and self._trouble.text != text:
            self._trouble.text = self._trouble.tooltip = text
            self._trouble.name = "warning" if text == _NO_MARKS else "problem"
        shown = self.session.state is State.IDLE, self.session.failure
        if self._shown != shown:
            self._shown = shown
            self._run_frame.rebuild()
        elif self.session.state is not State.IDLE:
            if self.scene is not None:
                self.scene.refresh()
            self.refresh_run()

    def start_or_stop(self) -> None:
        """Do what the button does."""
        session = self.session
        if session.state.is_active:
            stop(session, self.context.ask)
            return
        problems = self.form.try_all()
        self._say("")
        if problems or not session.can_start:
            return
        other = self.context.workflow.in_the_way(session)
        stage = "" if session.in_worker else self.context.host.unsaved_stage()
        act = partial(self._start, other)
        if text := ask_before_start(session, other, stage):
            state, yes = session.state, "Stop, and start" if other else "Start"
            about = ("start", session.step.name)
            self.context.ask(about, text, "Cancel", yes, act, still=lambda: session.state is state)
        else:
            act()

    def _start(self, other: Session | None) -> None:
        if other is not None:
            self._say(f"Waiting for {other.step.title} to stop.")
        self.context.workflow.start(self.session, other)

    def go_on(self) -> None:
        """Show the step that goes on with what this one has made, with that as its input."""
        step = self.session.step
        if (following := next_after(step)) is not None:
            self.context.workflow.project.follow(step.makes)
            self.context.open_step(following.name)

    def _annotate(self) -> None:
        if (path := self.context.workflow.input_of(self.session)) is not None:
            self._lead_to("annotate", path)

    def _lead_to(self, step: str, path: Path) -> None:
        """Open another step with a file."""
        project = self.context.workflow.project
        if step == "dataset":
            self.context.open_step(step).open(project.shown(path))
            return
        project.choose_input(STEPS[step].needs, STEPS[step].under or step, project.shown(path))
        self.context.open_step(step)

    def _orient(self, orientation: str) -> None:
        self.session.orient(orientation)
        self.form.sync()

    def toggle_pause(self) -> None:
        if self.session.state is State.RUNNING:
            self.session.pause(not self.session.paused)

    @property
    def _can_step(self) -> bool:
        """Whether the run can go one step now: several workers do not go in step with each other."""
        return self.steps_singly and self.session.state is State.RUNNING and not self.session.is_shared

    def single_step(self) -> None:
        """Make one step, then pause."""
        if self._can_step:
            self.session.paused = True
            self.session.request("single_step")

    def open_view(self) -> None:
        """Open the live 3D view, if the run has one."""
        if self.session.state.is_active and (url := self.session.snapshot.get("url")):
            self.context.host.open_in_browser(url)

    def enlarge(self, on: bool) -> None:
        """Fill the window with the view of the scene, or show everything again."""
        # Without a view, or before an environment is chosen, the window would be empty.
        on = on and self.scene is not None and self.scene.frame.visible
        if on == self.enlarged:
            return
        self.enlarged = on
        self.context.enlarge(on)
        for column in self._asides:
            column.visible = not on
        if not self._wide:
            # The lower half has a height of its own there.
            self._frame.rebuild()

    def rest(self) -> None:
        """Let the run draw nothing for this panel until it is refreshed again, because nobody sees it."""
        if self.scene is not None:
            self.scene.rest()

    def toggle_enlarged(self) -> None:
        self.enlarge(not self.enlarged)

    def actions(self) -> dict[str, Callable[[], None]]:
        """Return what keys do here, by the id of their action."""
        actions = {
            "start": self.start_or_stop,
            "pause": self.toggle_pause,
            "view": self.open_view,
        }
        if not self.session.is_shared:
            actions["step"] = self.single_step
        if self.scene is None:
            return actions
        return actions | self.scene.actions()

    def destroy(self) -> None:
        self.form.destroy()
        self._on_worker = None
        self.way_buttons.clear()
        self._forget_scene()
        self.button = self.pause_button = self.step_button = self.next_button = None
        self.remedy_button = self.annotate_button = None
        self.worker_box = self._run_frame = self._trouble = None
        self._frame.destroy()

    def _forget_scene(self) -> None:
        self._asides = [self._form_column] if self._form_column is not None else []
        if self.scene is not None:
            self.scene.destroy()
            self.scene = None

    # -- building

    def _build(self) -> None:
        self._face = self._shown = None
        if self._wide:
            with ui.HStack(spacing=style.GAP):
                self._form_column = ui.VStack(width=style.FORM_WIDTH, visible=not self.enlarged)
                with self._form_column, card(True):
                    self._build_ways()
                    with scrolled(style.GAP):
                        self.form.build()
                    self._build_buttons()
                self._run_frame = ui.Frame(build_fn=self._build_right)
        else:
            with scrolled(style.GAP):
                self._form_column = ui.VStack(height=0, visible=not self.enlarged)
                with self._form_column, card():
                    self._build_ways()
                    self.form.build()
                    self._build_buttons()
                height = max(_RUN_HEIGHT, self.context.height()) if self.enlarged else _RUN_HEIGHT
                self._run_frame = ui.Frame(build_fn=self._build_right, height=height)

    def _build_ways(self) -> None:
        self.way_buttons.clear()
        ways = ways_of(self.session.step)
        if len(ways) > 1:
            with ui.HStack(height=28, spacing=4):
                for way in ways:
                    self.way_buttons[way.name] = ui.Button(
                        way.way or way.title,
                        name="way_chosen" if way is self.session.step else "small",
                        clicked_fn=partial(self.context.open_step, way.name),
                    )

    def _build_buttons(self) -> None:
        step = self.session.step
        with ui.HStack(height=20, spacing=style.GAP):
            with ui.VStack(width=18):
                ui.Spacer()
                self.worker_box = ui.CheckBox(self.worker, width=18, height=18)
                ui.Spacer()
            ui.Label(
                "In a process of its own",
                name="hint",
                tooltip=self.context.host.why_worker()
                or "Faster, and the window stays smooth. Off: run inside this program.",
            )
        # As high as two lines, whether something is said or not: nothing moves when it is.
        with ui.HStack(height=_TROUBLE, spacing=style.GAP):
            self._trouble = ui.Label("", name="problem", word_wrap=True, alignment=ui.Alignment.LEFT_TOP)
            if step.needs == ANNOTATED:
                self.annotate_button = ui.Button(
                    "Annotate this file", name="small", width=132, visible=False, clicked_fn=self._annotate
                )
                self.annotate_button.set_tooltip("Open Annotate with this file: none of its demonstrations has marks.")
        with ui.HStack(height=36, spacing=style.GAP):
            self.button = ui.Button(step.button, name="primary", clicked_fn=self.start_or_stop)
            self.pause_button = ui.Button("Pause", name="plain", width=96, visible=False, clicked_fn=self.toggle_pause)
            self.step_button = ui.Button("Step", name="plain", width=64, visible=False, clicked_fn=self.single_step)
            self.step_button.set_tooltip("Make one step of the simulation, then pause.")
        following = next_after(step)
        if following is not None:
            self.next_button = ui.Button(
                f"Next: {following.title}", name="plain", height=36, visible=False, clicked_fn=self.go_on
            )
            self.next_button.set_tooltip(f"{following.title} goes on with this step's output.")

    def _on_form(self) -> None:
        self._said = ""

    def _say(self, text: str) -> None:
        """Say something beside the button, as long as nothing is wrong with the form."""
        self._said = text

    def _refresh_buttons(self) -> None:
        session = self.session
        is_made = self.next_button is not None and self.context.workflow.is_made(session.step)
        face = (session.state, session.paused, session.can_start, is_made)
        if self._face == face:
            return
        self._face = face
        active = session.state.is_active
        stopping = session.state is State.STOPPING
        # What to do next is green.
        leads_on = is_made and session.state is State.DONE
        self.button.name = "plain" if active or leads_on else "primary"
        if self.next_button is not None:
            self.next_button.visible = is_made and not active
            self.next_button.name = "primary" if leads_on else "plain"
        self.button.text = "Stopping ..." if stopping else "Stop" if active else session.step.button
        self.button.enabled = not stopping if active else session.can_start
        self.pause_button.visible = session.state is State.RUNNING
        self.step_button.visible = self._can_step
        self.pause_button.text = "Resume" if session.paused else "Pause"
        self.form.set_enabled(not active)
        if self._was_active and not active:
            # The end of a run takes back what was chosen for it only; that its output is there now is no error yet.
            self.form.start_anew()
        self._was_active = active
        self.worker_box.enabled = not active and not self.context.host.why_worker()
        if active:
            self._say("")

    def _build_right(self) -> None:
        self._forget_scene()
        with ui.VStack(spacing=style.GAP):
            if (shortage := self.session.shortage) is not None:
                title = "Something is missing" if shortage.prevents else "Slower than it could be"
                build_notice(f"{title}\n{shortage.text}", shortage.command)
            self.remedy_button = None
            if self.session.failure:
                build_notice(self.session.failure, error=True)
            if (remedy := self.session.remedy) is not None:
                with ui.HStack(height=28):
                    lead = partial(self._lead_to, remedy.step, self.session.remedy_file)
                    self.remedy_button = ui.Button(remedy.label, name="small", width=180, clicked_fn=lead)
                    ui.Spacer()
            with card(grows=True):
                if self.session.state is State.IDLE:
                    if self.session.last is not None:
                        build_last_run(self.session.last)
                    self.build_empty()
                else:
                    self.build_run()
