# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Show a stage's events and progress in a terminal."""

import time
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ..events import (
    AttemptFinished,
    DemoSaved,
    DurationEstimated,
    EncodersTrained,
    EpisodeAnnotated,
    EpisodeReplayed,
    EpisodeSkipped,
    Event,
    Hinted,
    InstructionChanged,
    PhaseStarted,
    PolicyEvaluated,
    StageFinished,
    StageStarted,
    Warned,
)
from ..stages.stage import Stage

_LOG_EVERY = 5.0
"""Time between progress lines if the output is not a terminal [s]."""


class TerminalView:
    """Show a stage's events and progress: in a terminal with a progress line, else with a line every few seconds.

    Args:
        stage: The stage.
        out: Stream to write to.
    """

    def __init__(self, stage: Stage, out: TextIO):
        self._stage = stage
        self._console = Console(file=out, highlight=False)
        self._live = self._console.is_terminal
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TextColumn("{task.fields[details]}"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            refresh_per_second=5,
            # rich must not redirect what libraries print to the log.
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._bar = self._progress.add_task("", total=None, details="")
        self._next_line = 0.0
        self._successes = self._attempts = 0
        self._told_controls = False
        self._told_columns = False
        self._task = ""

    def __enter__(self) -> "TerminalView":
        if self._live:
            self._progress.start()
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def stop(self) -> None:
        """Remove the progress line."""
        if self._live:
            self._progress.stop()

    def __call__(self, events: list[Event]) -> None:
        """Print the events of a step."""
        for event in events:
            self._show(event)
        self.refresh()

    def refresh(self) -> None:
        """Update the progress line; call it after every step."""
        now = time.monotonic()
        if now < self._next_line:
            return
        self._next_line = now + (0.2 if self._live else _LOG_EVERY)
        state = self._stage.snapshot()
        self._show_controls(state.get("controls"))
        progress, details = self._stage.progress, _details(state)
        self._progress.update(
            self._bar,
            description=state.get("phase", ""),
            completed=progress.done + progress.within if progress else 0,
            total=progress.total if progress and progress.total else None,
            details=details,
        )
        if not self._live and progress and progress.fraction:
            self._console.print(f"  {progress}  {details}")

    def _show_controls(self, controls: list[tuple[str, str]] | None) -> None:
        """Print the device's controls, once."""
        if controls is not None and not self._told_controls:
            self._told_controls = True
            common = [("R", "reset"), ("P", "pause"), ("Esc", "end")]
            self._console.print("  " + ", ".join(f"[bold]{key}[/bold] {does}" for key, does in (*controls, *common)))

    def _show(self, event: Event) -> None:
        match event:
            case InstructionChanged(eef, subtask, of, now, following):
                self._console.print(
                    f"  {eef} {subtask + 1}/{of}: {now}" + (f", then: {following}" if following else "")
                )
            case Hinted(message):
                self._console.print(f"  [cyan]{message}[/cyan]")
            case DemoSaved(name, path, steps) if self._told_controls:
                self._console.print(f"  {name} saved in {path}, {steps} steps")
            case StageStarted(_, {"task": str(task)}) if task and task != self._task:
                self._task = task
                self._console.print(f"Task: {task}")
            case PhaseStarted(phase):
                self._console.print(f"[bold]{phase}[/bold]")
                self._next_line = 0.0
            case EpisodeAnnotated(name, ok, _, reason) if not ok:
                self._console.print(f"  {name}: not kept, {reason}")
            case EpisodeSkipped(name, reason):
                self._console.print(f"  [yellow]{name}: skipped, {reason}[/yellow]")
            case PolicyEvaluated(checkpoint, success, ever, rollouts, low, high, variant):
                name = f"{Path(checkpoint).name}{variant and f' ({variant})'}"
                self._console.print(
                    f"  {name}: {success} of {rollouts} succeed ({low:.0%} to {high:.0%}), {ever} at any moment"
                )
            case EpisodeReplayed():
                if not self._told_columns:
                    self._told_columns = True
                    self._console.print(_REPLAY_COLUMNS, style="dim", soft_wrap=True)
                self._console.print(_replay_line(event), style="" if event.success else "yellow", soft_wrap=True)
            case DurationEstimated(phase, left, seconds):
                step = f", {seconds:.2g} s each step" if seconds else ""
                self._console.print(f"  {phase} takes about {_duration(left)}{step}")
            case EncodersTrained(epoch, of, figures):
                told = ", ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in figures.items())
                self._console.print(f"  epoch {epoch} of {of}: {told}")
            case Warned(message):
                self._console.print(f"  [yellow]{message}[/yellow]")
            case AttemptFinished(success=success):
                self._attempts += 1
                self._successes += success
            case StageFinished(results=results):
                for line in results:
                    self._console.print(f"  {line}")


_REPLAY_COLUMNS = (
    f"  {'demo':<10}{'env':>4}{'steps':>7}  {'task':<14}{'joints rad':>11}{'objects mm':>11}{'rad':>8}  strays"
)


def _replay_line(event: EpisodeReplayed) -> str:
    verdict = "fulfilled" if event.success else "fell apart" if event.at_last_action else "not fulfilled"
    line = f"  {event.name:<10}{event.env:>4}{event.steps:>7}  {verdict:<14}"
    if event.worst or event.joints_apart is not None:
        joints, objects, turned = (
            "inf" if value is None else f"{value * scale:.{digits}f}"
            for value, scale, digits in (
                (event.joints_apart, 1, 6),
                (event.objects_apart, 1e3, 3),
                (event.objects_turned, 1, 4),
            )
        )
        since = "no" if event.strayed_at is None else f"from step {event.strayed_at}"
        line += f"{joints:>11}{objects:>11}{turned:>8}  {since}"
        if event.strayed_at is not None:
            line += f", most at {event.worst_at} ({event.worst})"
    return line


def _duration(seconds: float) -> str:
    """Write a duration in the unit that fits."""
    for unit, length in (("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.0f} s"


def _details(state: dict) -> str:
    parts = []
    if state.get("paused"):
        parts.append("paused")
    elif state.get("waiting"):
        parts.append("begins with the first movement")
    elif "connected" in state:
        parts.append(f"{state['steps']} steps, {state['steps_per_second']:.0f}/s")
    readings = state.get("readings") or {}
    if len(closed := readings.get("closed") or {}) > 1:
        parts.append(f"drives {readings['arm']}, {'closed' if closed.get(readings['arm']) else 'open'}")
    if "hand_speed" in state:
        parts.append(f"hand {state['hand_speed']:.2f} m/s")
    if state.get("attempts"):
        parts.append(f"{state.get('success_rate', 0.0):.0%} of {state['attempts']} attempts")
    if state.get("demos_per_minute"):
        parts.append(f"{state['demos_per_minute']:.1f} demos/min")
    if state.get("loss") is not None:
        parts.append(f"loss {state['loss']:.3f}, {state['steps_per_second']:.1f} steps/s")
    if state.get("eta_s") is not None:
        parts.append(f"{_duration(state['eta_s'])} left")
    return ", ".join(parts)
