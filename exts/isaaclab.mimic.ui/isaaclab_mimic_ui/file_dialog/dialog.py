# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The dialog for choosing files and folders; the same in Kit and on the desktop."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path

import omni.ui as ui

from isaaclab_mimic_core.option import Role

from ..host.base import Host
from ..project import typed_path
from ..widgets import style
from ..widgets.layout import padded
from .listing import FileRequest, Listing, list_folder
from .rows import FileRows

_WIDTH, _HEIGHT = 640, 480
_PATIENCE = 0.3
"""[s] While a folder is read, the old list stays for this long; then a message says that it is being read."""

_HINTS = {
    Role.INPUT_FILE: "Choose a file; a folder opens with a double click.",
    Role.OUTPUT_FILE: "Say what the file shall be called, or choose one.",
    Role.CHECKPOINTS: "Choose checkpoints, or the folder of a run. Without a choice: the folder shown.",
    Role.OUTPUT_FOLDER: "Choose a folder, or name a new one. Without a choice: the folder shown.",
}


class FileDialog:
    """A separate window on top, hidden until `ask`.

    Args:
        host: The program around the window.
        place: Returns left, top, width and height of the area that the dialog is centred in [px].
    """

    def __init__(self, host: Host, place: Callable[[], tuple[float, float, float, float]]) -> None:
        self._host, self._place = host, place
        self._request = FileRequest("")
        self._on_chosen: Callable[[str], None] = lambda text: None
        self._last = Path.home()
        self._reading: asyncio.Task | None = None
        self._editing: set[str] = set()
        self.listing = Listing(self._last)
        """What is shown."""
        self.problem = ""
        """What is wrong, in words; empty if nothing is."""
        self.path, self.name = ui.SimpleStringModel(""), ui.SimpleStringModel("")
        self._subscriptions = [
            subscription
            for id, model in (("path", self.path), ("name", self.name))
            for subscription in (
                model.subscribe_begin_edit_fn(lambda model, id=id: self._editing.add(id)),
                model.subscribe_end_edit_fn(lambda model, id=id: self._editing.discard(id)),
                model.subscribe_value_changed_fn(lambda model: self._show()),
            )
        ]
        self._window = ui.Window(
            "Choose a file##isaaclab.mimic",
            width=_WIDTH,
            height=_HEIGHT,
            padding_x=0,
            padding_y=0,
            visible=False,
            flags=ui.WINDOW_FLAGS_MODAL
            | ui.WINDOW_FLAGS_NO_TITLE_BAR
            | ui.WINDOW_FLAGS_NO_RESIZE
            | ui.WINDOW_FLAGS_NO_MOVE
            | ui.WINDOW_FLAGS_NO_COLLAPSE
            | ui.WINDOW_FLAGS_NO_SCROLLBAR
            | ui.WINDOW_FLAGS_NO_DOCKING
            | ui.WINDOW_FLAGS_NO_SAVED_SETTINGS,
        )
        self._window.frame.set_style(style.STYLE)
        with self._window.frame:
            self._build()
        self._stop_listening = host.listen_to_keys(self._window, self._on_key)

    @property
    def visible(self) -> bool:
        return self._window.visible

    @property
    def reading(self) -> bool:
        """Whether a folder is being read; what is shown is of the one before."""
        return self._reading is not None and not self._reading.done()

    def ask(self, request: FileRequest, on_chosen: Callable[[str], None]) -> None:
        """Open the dialog.

        Args:
            request: What shall be chosen.
            on_chosen: Called with the path, or several with semicolons between them; not if the user cancels.
        """
        self._request, self._on_chosen = request, on_chosen
        self._title.text = request.title
        self._name_row.visible = request.takes_name
        self._name_label.text = "New folder" if request.role is Role.OUTPUT_FOLDER else "Name"
        self.name.set_value("")
        left, top, width, height = self._place()
        self._window.position_x = max(0.0, left + (width - _WIDTH) / 2)
        self._window.position_y = max(0.0, top + (height - _HEIGHT) / 2)
        self._window.visible = True
        self._window.focus()
        first = request.start.split(";")[0].strip()
        self._go_to(typed_path(first) if first else self._last, climb=True)

    def go(self, path: Path | str) -> None:
        """Show another folder."""
        self._go_to(typed_path(str(path)), climb=False)

    def go_up(self) -> None:
        self.go(self.listing.folder.parent)

    def accept(self) -> None:
        """Do what the button says: go to the typed path, open the selected folder, or choose."""
        if not self.visible:
            return
        typed = self.path.get_value_as_string().strip()
        if typed != str(self.listing.folder):
            self.go(typed or self.listing.folder)
        elif self._opens:
            self.go(self.listing.folder / self.rows.marked[0])
        elif chosen := self._chosen():
            self._last = self.listing.folder
            self.cancel()
            self._on_chosen("; ".join(str(path) for path in chosen))
        else:
            self._say("Say what the file shall be called." if self._request.takes_name else "Choose a file first.")

    def cancel(self) -> None:
        """Close the dialog."""
        if self._reading is not None:
            self._reading.cancel()
        self._window.visible = False
        self._editing.clear()

    def destroy(self) -> None:
        self.cancel()
        self._stop_listening()
        self._subscriptions = []
        self.rows.destroy()
        self._window.destroy()

    # -- reading

    def _go_to(self, path: Path, climb: bool) -> None:
        if self._reading is not None:
            self._reading.cancel()
        self._reading = self._host.spawn(self._read(path, climb))

    async def _read(self, path: Path, climb: bool) -> None:
        found: list[Listing] = []
        request = self._request

        def work() -> None:
            found.append(list_folder(path, request, climb))

        # Not one of the loop's own threads: the program waits for those at its end, and a network may never answer.
        threading.Thread(target=work, name="mimic folder", daemon=True).start()
        told, begun = False, time.monotonic()
        while not found:
            await self._host.next_update()
            if not told and time.monotonic() - begun > _PATIENCE:
                told = True
                self.rows.say("Reading ...")
        self._take(found[0])

    def _take(self, listing: Listing) -> None:
        self.listing = listing
        self.path.set_value(str(listing.folder))
        if self._request.takes_name and listing.named:
            self.name.set_value(listing.named)
        self.rows.show(listing, self._request)
        self.up_button.enabled = listing.folder != listing.folder.parent
        self._say("")

    # -- choosing

    @property
    def _opens(self) -> bool:
        """Whether a folder is marked that the button opens instead of choosing it."""
        return not self._request.takes_folder and bool(self.rows.marked) and self.rows.marked[0] in self.listing.folders

    def _chosen(self) -> list[Path]:
        folder = self.listing.folder
        name = self.name.get_value_as_string().strip()
        if self._request.takes_name and name:
            if self._request.suffixes and not Path(name).suffix:
                name += self._request.suffixes[0]
            return [folder / name]
        if self.rows.marked:
            return [folder / each for each in self.rows.marked]
        return [folder] if self._request.takes_folder and not self.listing.trouble else []

    def _on_marked(self, name: str) -> None:
        # An existing file may be replaced if the form's option allows it.
        if self._request.role is Role.OUTPUT_FILE and name not in self.listing.folders:
            self.name.set_value(name)
        if self._request.role is Role.OUTPUT_FOLDER:
            self.name.set_value("")
        self._say("")

    def _on_opened(self, name: str) -> None:
        if name in self.listing.folders:
            self.go(self.listing.folder / name)
        else:
            self.accept()

    def _say(self, problem: str) -> None:
        self.problem = problem
        self._show()

    def _show(self) -> None:
        self._told.text = self.problem or _HINTS[self._request.role]
        self._told.name = "problem" if self.problem else "hint"
        goes = self.path.get_value_as_string().strip() != str(self.listing.folder)
        self.choose_button.text = "Go there" if goes else "Open" if self._opens else "Choose"

    # -- keys

    def _on_key(self, name: str, pressed: bool, modifiers: int, at: float) -> bool:
        if not pressed or name not in ("ENTER", "NUMPAD_ENTER", "ESCAPE") or modifiers or not self._window.focused:
            return False
        # Later, because the field must handle the key first, and a window must not be closed in its own event.
        self._host.spawn(self._act(self.cancel if name == "ESCAPE" else self.accept))
        return not self._editing

    async def _act(self, action: Callable[[], None]) -> None:
        for _ in range(2):
            await self._host.next_update()
        action()

    # -- building

    def _build(self) -> None:
        with ui.ZStack():
            ui.Rectangle(name="dialog")
            with padded(spacing=style.GAP):
                self._title = ui.Label("", name="heading", height=24)
                with ui.HStack(height=style.ROW, spacing=style.GAP):
                    self.up_button = ui.Button("Up", name="small", width=56, clicked_fn=self.go_up)
                    self.up_button.set_tooltip("The folder above.")
                    self.path_field = ui.StringField(self.path)
                self.rows = FileRows(self._on_marked, self._on_opened)
                self._name_row = ui.HStack(height=style.ROW, spacing=style.GAP)
                with self._name_row:
                    self._name_label = ui.Label("Name", name="dim", width=80)
                    self.name_field = ui.StringField(self.name)
                with ui.HStack(height=36, spacing=style.GAP):
                    self._told = ui.Label("", name="hint", word_wrap=True)
                    self.cancel_button = ui.Button("Cancel", name="plain", width=96, clicked_fn=self.cancel)
                    self.choose_button = ui.Button("Choose", name="primary", width=112, clicked_fn=self.accept)


def build_choose_button(on_click: Callable[[], None]) -> ui.Button:
    """Add the button beside a field that names a file; return it."""
    return ui.Button("...", name="small", width=34, tooltip="Choose from what is there.", clicked_fn=on_click)
