# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The Mimic window: the steps of the work on the left, the chosen one's panel beside them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import omni.ui as ui

from isaaclab_mimic_core import plugins

from .confirmations import ask_before_close
from .confirmations import stop as stop_run
from .file_dialog.dialog import FileDialog
from .file_dialog.listing import FileRequest
from .forms.model import read_kept
from .gamepad import GamepadLink
from .host.base import Host
from .keyboard.hotkeys import DRIVE, MARK, MARKING, WINDOW, Hotkeys
from .panels import PANELS
from .panels.context import PanelContext
from .panels.dataset import DatasetPanel
from .panels.keys import KeysPanel
from .panels.stage_panel import StagePanel
from .panels.start import StartPanel
from .running.notifier import Notifier
from .scene.settings import ViewSettings
from .session import Session, State
from .steps import BY_KEY, KEYS_TITLE, SHOWN, STEPS
from .widgets import style
from .widgets.heading import Heading
from .widgets.layout import padded
from .widgets.question import Question
from .widgets.rail import START, Rail
from .workflow import Workflow

TITLE = "Isaac Lab Mimic"
_LAYOUT = "layout"
_FIRST = "generate"
_KEYS = "keys"
_CLOSE = "close"
_RAIL_PERIOD = 0.1
"""[s] How often what stands beside the panel is brought up to date."""


class MimicWindow:
    """The window, its workflow, and the loop that updates it.

    Args:
        host: The program around the window.
        **arguments: Further arguments of `omni.ui.Window`.
    """

    def __init__(self, host: Host, **arguments) -> None:
        self.host = host
        """The program around the window."""
        self.workflow = Workflow(host)
        self.hotkeys = Hotkeys(host)
        self.view = ViewSettings(host)
        self.notifier = Notifier(host, self.workflow, lambda: host.is_looked_at(self._window))
        self.panels: dict = {}
        """Panels that have been opened, by step."""
        self._frames: dict[str, ui.Frame] = {}
        self.file_dialog: FileDialog | None = None
        """None until a file has been asked for."""
        layout = read_kept(host.recall(_LAYOUT))
        self.chosen = START
        size = [layout.get(key) if isinstance(layout.get(key), int | float) else 0 for key in ("width", "height")]
        place = {key: layout[key] for key in ("position_x", "position_y") if isinstance(layout.get(key), int | float)}
        self._window = ui.Window(
            TITLE,
            **{
                "width": max(400, size[0]) if size[0] else 1120,
                "height": max(300, size[1]) if size[1] else 640,
                "padding_x": 0,
                "padding_y": 0,
                **place,
                **arguments,
            },
        )
        self._window.frame.set_style(style.STYLE)
        with self._window.frame:
            self._build()
        self.open_step(self.chosen)
        self.hotkeys.listen(WINDOW, lambda: self._window.focused, self._on_window_key)
        self.hotkeys.listen(MARK, self._is_marking, self._on_mark_key)
        self.hotkeys.listen(DRIVE, self._is_driving, self._on_drive_key)
        self.gamepad = GamepadLink(host, self.workflow.sessions["record"], lambda: self.chosen == "record")
        self._lists_changed = False
        self._rail_told = "", 0.0
        self._stops: list[Callable[[], object]] = [
            host.listen_to_keys(self._window, self._on_key),
            host.ask_before_quitting(lambda: not self.visible or self.may_close()),
            *(
                registry.on_change(lambda: setattr(self, "_lists_changed", True))
                for registry in plugins.REGISTRIES.values()
            ),
            self.gamepad.close,
            host.spawn(self._keep_up_to_date()).cancel,
        ]
        """What ends all that the window has begun."""

    @property
    def window(self) -> ui.Window:
        return self._window

    @property
    def session(self) -> Session:
        """The chosen step's session."""
        return self.workflow.sessions[self.chosen if self.chosen in STEPS else _FIRST]

    def show(self) -> None:
        self._window.visible = True
        self._window.focus()

    def hide(self) -> None:
        self._window.visible = False

    @property
    def visible(self) -> bool:
        return self._window.visible

    def open_step(self, name: str):
        """Bring a step's panel to the front and return it; an empty name stands for the table of keys, `START` for the
        start page."""
        self.hotkeys.release()
        self.hotkeys.capture(None)
        if (before := self.panels.get(self.chosen)) is not None and isinstance(before, StagePanel | DatasetPanel):
            before.enlarge(False)
            before.rest()
        # A field that is hidden while it is edited does not report the end of editing.
        self.hotkeys.set_editing(False)
        # What is drawn there belongs to the step that was shown.
        self.host.clear_viewport()
        self.chosen = name or _KEYS
        if self.chosen not in self.panels:
            with self._place:
                self._frames[self.chosen] = ui.Frame()
            with self._frames[self.chosen]:
                self.panels[self.chosen] = self._make_panel(self.chosen)
        for other, frame in self._frames.items():
            frame.visible = other == self.chosen
        step = STEPS.get(self.chosen)
        if step:
            self.workflow.show(step)
            self.heading.show(step.title, step.sentence)
        elif self.chosen == START:
            self.heading.show("Isaac Lab Mimic", "Ten robot demonstrations become a thousand. Begin, or go on:")
        else:
            self.heading.show(KEYS_TITLE, "What each key does, and when; and what the window tells.")
        self.panels[self.chosen].on_shown()
        return self.panels[self.chosen]

    def panel(self, name: str):
        """Return a step's panel, which is opened for that."""
        if self.chosen != name:
            self.open_step(name)
        return self.panels[name]

    def may_close(self) -> bool:
        """Return whether the program may end now. While something runs, ask first; a second call counts as yes."""
        text = ask_before_close(self.workflow.running, self.workflow.command.is_running)
        if not text or self.question.about == _CLOSE:
            return True
        self.question.ask(_CLOSE, text, "Keep open", still=self._is_busy)
        return False

    def _is_busy(self) -> bool:
        return bool(self.workflow.running) or self.workflow.command.is_running

    def remember(self) -> None:
        """Save choices and layout."""
        window = self._window
        layout = {key: getattr(window, key) for key in ("width", "height", "position_x", "position_y")}
        self.host.remember(_LAYOUT, json.dumps(layout))
        self.view.remember()
        self.workflow.remember()

    def finish(self) -> None:
        """Save what was chosen, and end what runs; its files are complete then."""
        self.remember()
        self.workflow.close()

    def destroy(self) -> None:
        """End what runs and remove the window."""
        self.finish()
        for stop in self._stops:
            stop()
        self.host.clear_viewport()
        for panel in self.panels.values():
            panel.destroy()
        self.panels.clear()
        if self.file_dialog is not None:
            self.file_dialog.destroy()
        self._frames.clear()
        self._window.destroy()

    # -- building

    def _build(self) -> None:
        root = ui.ZStack()
        root.set_mouse_pressed_fn(lambda *where: self._attend())
        with root:
            ui.Rectangle(name="background")
            with padded(style.GAP, right=style.GAP), ui.HStack(spacing=style.PADDING):
                with ui.HStack(width=0) as self._beside:
                    self.rail = Rail(
                        SHOWN.values(),
                        self.open_step,
                        lambda session: stop_run(session, self.question.ask),
                        self.workflow.spare,
                    )
                with ui.VStack(spacing=style.GAP):
                    with ui.VStack(height=0) as self._above:
                        self.heading = Heading()
                    self.question = Question()
                    self._place = ui.ZStack()

    def _make_panel(self, name: str):
        if name == _KEYS:
            return KeysPanel(self.hotkeys, self.notifier, self._room)
        context = self._context()
        if name == START:
            return StartPanel(context, self._follow_project)
        return PANELS[name](self.workflow.sessions[name], context)

    def _context(self) -> PanelContext:
        return PanelContext(
            self.host,
            self.hotkeys,
            self.hotkeys.set_editing,
            self.question.ask,
            self.open_step,
            self._choose_file,
            self.workflow,
            self.view,
            self._enlarge,
            self._room,
            lambda: self._window.height - 4 * style.GAP,
        )

    def _follow_project(self) -> None:
        """Show another project: what panels have shown is of the one before."""
        for panel in self.panels.values():
            if isinstance(panel, StagePanel | DatasetPanel):
                panel.follow_project()

    def _choose_file(self, request: FileRequest, on_chosen: Callable[[str], None]) -> None:
        """Open the file dialog in the middle of the window."""
        window = self._window
        if self.file_dialog is None:
            self.file_dialog = FileDialog(
                self.host, lambda: (window.position_x, window.position_y, window.width, window.height)
            )
        self.hotkeys.release()
        self.file_dialog.ask(request, on_chosen)

    def _enlarge(self, on: bool) -> None:
        """Hide everything around the panel, or show it again."""
        self._beside.visible = self._above.visible = not on

    def _room(self) -> float:
        """Return the width of the space for a panel [px]."""
        return self._window.width - style.RAIL_WIDTH - style.PADDING - 2 * style.GAP

    def _attend(self) -> None:
        """Respond to a click before anything else."""
        self.workflow.give_way()
        self.host.hurry()

    def _follow_plugins(self) -> None:
        """Update lists after plug-ins have come or gone, and show those that cannot be used."""
        self.heading.warn("\n".join(filter(None, (*self.workflow.plugin_problems, self.workflow.warning))))
        if not self._lists_changed:
            return
        self._lists_changed = False
        for session in self.workflow.sessions.values():
            session.choices.drop_vanished()
        for panel in self.panels.values():
            if isinstance(panel, StagePanel):
                panel.follow_plugins()

    # -- keys

    def _on_key(self, name: str, pressed: bool, modifiers: int, at: float) -> bool:
        if pressed and not (self.visible and self.host.has_attention(self._window)):
            return False
        return self.hotkeys.handle(name, pressed, modifiers, at)

    def _on_window_key(self, id: str, pressed: bool, at: float) -> None:
        if not pressed:
            return
        self.workflow.give_way()
        panel = self.panels.get(self.chosen)
        if id.startswith("step."):
            self.open_step(BY_KEY[id.removeprefix("step.")].name)
        elif id == "keys":
            self.open_step("")
        elif panel is not None and (action := panel.actions().get(id)):
            action()

    def _is_driving(self) -> bool:
        return self.chosen == "record" and self.session.is_driven

    def _on_drive_key(self, id: str, pressed: bool, at: float) -> None:
        self.session.request("key", key=id.removeprefix("drive."), pressed=pressed, at=at)

    def _is_marking(self) -> bool:
        return self.chosen == "annotate_manual" and self.session.state is State.RUNNING

    def _on_mark_key(self, id: str, pressed: bool, at: float) -> None:
        if pressed:
            name, arguments = MARKING[id]
            self.session.request(name, **arguments)

    # -- the loop

    async def _keep_up_to_date(self) -> None:
        while True:
            await self.host.next_update()
            self.workflow.poll()
            self.notifier.follow()
            if self._is_busy():
                self.host.stay_awake()
            self.gamepad.follow()
            self.host.claim_keys(self.visible and (self._is_driving() or self._is_marking()))
            if not self.visible:
                self.hotkeys.release()
                if isinstance(panel := self.panels[self.chosen], StagePanel | DatasetPanel):
                    panel.rest()
                continue
            self._follow_plugins()
            self.workflow.refresh_files()
            self.question.refresh()
            self._refresh_rail()
            self.panels[self.chosen].refresh()

    def _refresh_rail(self) -> None:
        """Show project, steps and what runs: at once where another step was chosen, else a few times a second."""
        now = time.monotonic()
        if self._rail_told[0] == self.chosen and now < self._rail_told[1]:
            return
        self._rail_told = self.chosen, now + _RAIL_PERIOD
        chosen = STEPS[self.chosen].under or self.chosen if self.chosen in STEPS else ""
        for name, step in SHOWN.items():
            self.rail.show(name, self.workflow.status(step), name == chosen)
        project = self.workflow.project.folder
        self.rail.show_project(project.name or str(project), str(project), self.chosen == START)
        running = self.workflow.running
        self.rail.jobs.show(running)
        told = [f"{each.step.title} {each.progress_text({})}" for each in running]
        self.host.show_title(" - ".join([*told, TITLE]))
        self.rail.spare.refresh()
