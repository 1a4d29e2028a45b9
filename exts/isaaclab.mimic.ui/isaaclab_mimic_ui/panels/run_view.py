# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""How a run goes: state, progress, numbers, messages; before the first run, what to do."""

from __future__ import annotations

import time

import omni.ui as ui

from ..messages import clock
from ..session import Session, State
from ..widgets import style
from ..widgets.layout import card
from ..widgets.log import Log
from ..widgets.notice import build_notice
from ..widgets.progress import ProgressBar, tiles

_PERIOD = 0.1
"""[s] Numbers change at most this often: faster is not read, and costs a layout each time."""

_HEADINGS = {
    State.STARTING: "Starting ...",
    State.RUNNING: "Generating",
    State.STOPPING: "Stopping ...",
    State.DONE: "Done",
    State.STOPPED: "Stopped",
    State.GAVE_UP: "Gave up",
    State.FAILED: "Failed",
}

_STEPS = (
    ("Choose a file with annotated demonstrations.", "None yet? In a terminal: mimic annotate --help"),
    ("Say where to write, and how many you want.", "Ten are a good first try."),
    ("Press Generate.", "Each attempt is simulated; only those that succeed are saved."),
)


class RunView:
    """Builds into the current container.

    Args:
        session: The session whose run is shown.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._shown: tuple | None = None
        self._due = 0.0
        self._log: Log | None = None
        self._frame = ui.Frame(build_fn=self._build)

    def refresh(self) -> None:
        """Bring the numbers up to date."""
        session = self._session
        # What is built depends on whether there is a run and on its failure; the rest only changes texts.
        if self._shown != self._key():
            self._shown = self._key()
            self._log = None
            self._frame.rebuild()
            return
        if self._log is None or (session.state.is_active and time.monotonic() < self._due):
            return
        self._due = time.monotonic() + _PERIOD
        snapshot = session.snapshot
        saved, wanted = session.saved, snapshot.get("wanted", 0) or session.choices.num_demos
        heading = _HEADINGS[session.state]
        if session.state is State.RUNNING:
            heading = snapshot.get("phase") or heading
        self._heading.text = heading
        self._saved.text = str(saved)
        self._output.text = f"in {session.output}"
        self._wanted.text = f"of {wanted} demonstrations"
        self._bar.set(saved / wanted if wanted else 0.0)
        attempts = snapshot.get("attempts", 0)
        for tile, text in zip(
            self._tiles,
            (
                f"{100 * snapshot.get('success_rate', 0.0):.0f} %" if attempts else "-",
                f"{snapshot.get('demos_per_minute', 0.0):.1f}" if saved else "-",
                clock(snapshot.get("eta_s") if session.state.is_active else None),
                clock(session.elapsed),
            ),
            strict=True,
        ):
            tile.set(text)
        self._log.show(session.messages, session.num_messages)

    def _key(self) -> tuple:
        return self._session.state is State.IDLE, self._session.failure

    def _build(self) -> None:
        with ui.VStack(spacing=style.PADDING):
            if self._session.failure:
                build_notice(self._session.failure)
            with card(grows=True):
                if self._session.state is State.IDLE:
                    self._build_empty()
                else:
                    self._build_run()

    def _build_empty(self) -> None:
        ui.Spacer()
        ui.Label("From a few demonstrations to thousands", name="heading", height=0, alignment=ui.Alignment.CENTER)
        ui.Spacer(height=style.GAP)
        for number, (text, hint) in enumerate(_STEPS, 1):
            with ui.HStack(height=0, spacing=12):
                ui.Spacer(width=ui.Fraction(1))
                with ui.VStack(width=28), ui.ZStack(height=28):
                    ui.Circle(name="step", radius=14, size_policy=ui.CircleSizePolicy.FIXED)
                    ui.Label(str(number), name="step", alignment=ui.Alignment.CENTER)
                with ui.VStack(width=ui.Fraction(4), height=0, spacing=2):
                    ui.Label(text, word_wrap=True, height=0)
                    ui.Label(hint, name="hint", word_wrap=True, height=0)
                    ui.Spacer(height=6)
                ui.Spacer(width=ui.Fraction(1))
        ui.Spacer()

    def _build_run(self) -> None:
        self._heading = ui.Label("", name="heading", height=0, word_wrap=True)
        with ui.HStack(height=36, spacing=style.GAP):
            self._saved = ui.Label("0", name="big", width=0, alignment=ui.Alignment.LEFT_BOTTOM)
            with ui.VStack():
                self._wanted = ui.Label("", name="of", alignment=ui.Alignment.LEFT_BOTTOM)
                ui.Spacer(height=3)
        self._bar = ProgressBar()
        self._output = ui.Label("", name="hint", word_wrap=True, height=0)
        ui.Spacer(height=2)
        self._tiles = tiles(
            ("success rate", "Successful attempts among all that have ended."),
            ("demos per minute", "Saved demonstrations per minute since the first attempt began."),
            ("left", "Time until the last demonstration is saved, at the present rate."),
            ("elapsed", "Time since the run began."),
        )
        ui.Spacer(height=2)
        self._log = Log()
        self._due = 0.0
