# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""`mimic doctor --isaac-sim` in the window: a report of the application it runs in, to be copied or saved, and sent."""

from __future__ import annotations

import json
from pathlib import Path

import omni.ui as ui

from isaaclab_mimic_core.doctor import to_dicts
from isaaclab_mimic_core.doctor.isaac_sim import examine, format_report
from isaaclab_mimic_core.errors import OutputError
from isaaclab_mimic_core.files import write_atomically

from . import style
from .layout import section

_NAME = "isaac-sim-report"
_HEIGHT = 220
"""[px] Of the field with the report, which scrolls."""


class ReportCard:
    """Builds into the current container.

    Args:
        folder: Where reports are saved; the user's own by default.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or Path.home()
        """Where reports are saved."""
        self.text = ""
        """The report; empty before the button was pressed."""
        self.said = ""
        """Where it was saved, or why not."""
        self.button: ui.Button | None = None
        self.save_button: ui.Button | None = None
        self._rows: list[dict[str, str]] = []
        self._frame = ui.Frame(build_fn=self._build, height=0)

    def destroy(self) -> None:
        self.button = self.save_button = None
        self._frame.destroy()

    def examine(self) -> None:
        """Look at the application now, in its own process."""
        found = examine()
        self._rows, self.text, self.said = to_dicts(found), format_report(found), ""
        self._frame.rebuild()

    def save(self) -> None:
        """Write the report as text, and beside it as JSON; earlier ones stay."""
        path = self.folder / f"{_NAME}.txt"
        number = 1
        while path.exists():
            number += 1
            path = self.folder / f"{_NAME}-{number}.txt"
        try:
            write_atomically(path, lambda beside: beside.write_text(self.text))
            as_json = json.dumps(self._rows, indent=2) + "\n"
            write_atomically(path.with_suffix(".json"), lambda beside: beside.write_text(as_json))
            self.said = f"Saved: {path}, and as JSON beside it."
        except OutputError as error:
            self.said = f"{error.where}: {error.what}"
        self._frame.rebuild()

    def _build(self) -> None:
        with ui.VStack(height=0, spacing=4):
            section("THIS APPLICATION")
            with ui.HStack(height=26, spacing=style.GAP):
                self.button = ui.Button("Examine", name="small", width=110, clicked_fn=self.examine)
                self.save_button = ui.Button(
                    "Save", name="small", width=80, visible=bool(self.text), clicked_fn=self.save
                )
                ui.Label("Versions, extensions, settings, stage and timeline: a report to send.", name="hint")
            if self.said:
                ui.Label(self.said, name="hint", word_wrap=True, height=0)
            if self.text:
                # A field, so that it can be marked and copied.
                ui.StringField(ui.SimpleStringModel(self.text), multiline=True, read_only=True, height=_HEIGHT)
