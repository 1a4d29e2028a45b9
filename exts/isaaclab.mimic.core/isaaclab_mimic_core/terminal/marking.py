# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Annotate manually in a terminal: show the stage's snapshot as text, and turn keys into requests."""

import sys
import time
from typing import Any, TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from ..events import DemoSaved, EpisodeAnnotated, Event, PhaseStarted, StageFinished, Warned
from ..stages.stage import Stage
from .typed import TypedKeys

_KEYS: dict[str, tuple[str, dict[str, Any]]] = {
    "n": ("play", {}),
    "b": ("pause", {}),
    "space": ("toggle", {}),
    "s": ("mark", {}),
    "q": ("skip", {}),
    "left": ("step", {"by": -1}),
    "right": ("step", {"by": 1}),
    ",": ("step", {"by": -1}),
    ".": ("step", {"by": 1}),
    "down": ("step", {"by": -10}),
    "up": ("step", {"by": 10}),
    "shift-left": ("step", {"by": -10}),
    "shift-right": ("step", {"by": 10}),
    "home": ("scrub", {"to": 0}),
    "end": ("scrub", {"to": 1 << 30}),
    "[": ("previous_mark", {}),
    "]": ("next_mark", {}),
    "u": ("undo", {}),
    "r": ("redo", {}),
    "x": ("remove", {}),
    "delete": ("remove", {}),
    "tab": ("next_eef", {}),
    "enter": ("accept", {}),
    "escape": ("stop", {}),
}
_HELP = (
    "[b]N[/b] play  [b]B[/b] pause  [b]S[/b] mark  [b]Enter[/b] accept  [b]Q[/b] skip  [b]U[/b]/[b]R[/b] undo/redo\n"
    "[b]←[/b]/[b]→[/b] one sample  [b]↓[/b]/[b]↑[/b] ten  [b]0[/b]-[b]9[/b] scrub  [b]-[/b]/[b]+[/b] speed  "
    r"[b]\[[/b]/[b]][/b] jump to a mark, S then moves it, [b]X[/b] removes it"
    "\n[b]Tab[/b] next end effector  [b]Esc[/b] end"
)
_BARS = " ▁▂▃▄▅▆▇█"
_REDRAW = 0.1


class MarkingTerminal:
    """Show an `AnnotateByHand` stage in a terminal and pass typed keys on; a context manager.

    Args:
        stage: The stage.
        out: Stream of the terminal.
    """

    def __init__(self, stage: Stage, out: TextIO):
        self._stage = stage
        self._console = Console(file=out, highlight=False)
        self._keys = TypedKeys(sys.stdin.fileno())
        # rich must not redirect what libraries print to the log.
        self._live = Live(
            console=self._console, auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=False
        )
        self._next_draw = 0.0
        self._curves: tuple[Any, int, list[tuple[str, str]]] = (None, 0, [])

    def __enter__(self) -> "MarkingTerminal":
        self._keys.__enter__()
        self._live.start()
        return self

    def __exit__(self, *error) -> None:
        self._live.stop()
        self._keys.__exit__(*error)

    def __call__(self, events: list[Event]) -> None:
        """Print the events of a step."""
        for event in events:
            match event:
                case PhaseStarted(phase) if not phase.startswith(("Reading", "Marking")):
                    self._console.print(f"[bold]{phase}[/bold]")
                case EpisodeAnnotated(name, ok, marks, reason):
                    text = ", ".join(f"{label} at {at}" for label, at in marks.items()) if ok else reason
                    self._console.print(f"  {name}: {text}", markup=False)
                case DemoSaved(name, path):
                    self._console.print(f"  saved as {name} in {path} ({event.progress})", markup=False)
                case Warned(message) if message != self._stage.snapshot().get("notice"):
                    self._console.print(f"  [yellow]{message}[/yellow]")
                case StageFinished(results=results):
                    for line in results:
                        self._console.print(f"  {line}")
        self._next_draw = 0.0

    def refresh(self) -> None:
        """Pass typed keys to the stage and redraw; call it after every step."""
        for key in self._keys.read():
            self._press(key)
            self._next_draw = 0.0
        now = time.monotonic()
        if now >= self._next_draw:
            self._next_draw = now + _REDRAW
            self._live.update(self._picture(self._stage.snapshot()), refresh=True)

    def _press(self, key: str) -> None:
        if self._stage.done:
            return
        key = key.lower()
        if key in _KEYS:
            request, arguments = _KEYS[key]
            self._stage.request(request, **arguments)
            return
        state = self._stage.snapshot()
        if key.isdigit():
            self._stage.request("scrub", to=round(int(key) / 10 * (state["num_samples"] - 1)))
        elif key in "+=":
            self._stage.request("speed", times=2.0)
        elif key == "-":
            self._stage.request("speed", times=0.5)

    def _picture(self, state: dict) -> Group | Text:
        if not state["marks"] and not state["num_samples"]:
            return Text(f"{state['phase']}  {state['read']:.0%}" if state["episode"] else state["phase"])
        width = max(20, min(self._console.width - 26, 120))
        last = max(state["num_samples"] - 1, 1)
        table = Table.grid(padding=(0, 1))
        for name, bars in self._drawn_curves(state["curves"], width):
            table.add_row(Text(name, style="dim"), Text(bars, style="green"))
        table.add_row("", _timeline(state, width, last))
        lines: list[Any] = [_headline(state), table]
        lines += [_mark_line(mark, mark["eef"] == state["eef"]) for mark in state["marks"]]
        if state["notice"]:
            lines.append(Text(state["notice"], style="yellow"))
        elif state["complete"]:
            problems = state["problems"]
            lines.append(Text(problems[0], style="yellow") if problems else Text("complete: Enter accepts", "green"))
        return Group(*lines, Text.from_markup(_HELP, style="dim"))

    def _drawn_curves(self, curves: dict[str, list[float]], width: int) -> list[tuple[str, str]]:
        if self._curves[0] is not curves or self._curves[1] != width:
            self._curves = (curves, width, [(name, _bars(values, width)) for name, values in curves.items()])
        return self._curves[2]


def _bars(values: list[float], width: int) -> str:
    low, high = min(values), max(values)
    scale = (len(_BARS) - 1.001) / (high - low or 1.0)
    last = len(values) - 1
    return "".join(_BARS[int((values[round(i * last / (width - 1))] - low) * scale)] for i in range(width))


def _headline(state: dict) -> Text:
    line = Text(f"{state['episode']}", style="bold")
    line.append(f"  {'playing' if state['playing'] else 'paused'} at {state['speed']:g}x", style="not bold")
    seconds = state["row"] * state["step_dt"]
    line.append(f"  sample {state['row']} of {state['num_samples']}, {seconds:.2f} s", style="not bold")
    line.append(f"  ({state['progress']} saved, {state['skipped']} skipped)", style="dim")
    if not state["fulfilled"]:
        line.append("  the task is not fulfilled at its end", style="yellow")
    return line


def _timeline(state: dict, width: int, last: int) -> Text:
    line = Text("─" * width, style="dim")
    cells = list(line.plain)
    for mark in state["marks"]:
        if mark["step"] is not None:
            cells[round(mark["step"] * (width - 1) / last)] = "▲"
    cells[round(state["row"] * (width - 1) / last)] = "┃"
    return Text("".join(cells))


def _mark_line(mark: dict, active: bool) -> Text:
    pointer = "→" if mark["next"] and active else " "
    at = "     -" if mark["step"] is None else f"{mark['step']:6d}"
    style = "bold" if mark["next"] and active else "" if active else "dim"
    return Text(f"{pointer} {mark['eef']}: {mark['label']:<18} {at}  {mark['description']}", style=style)
