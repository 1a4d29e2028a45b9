# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Write the report of a generation run: one self-contained HTML file, and its plots as PNG files."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from ..errors import MimicError, OutputError
from . import labels, plots, style
from .contents import Contents, read_contents
from .page import MAX_ROWS, Example, Page, Section, Table
from .placement_plot import placements
from .run import FILE_NAME as RUN_FILE_NAME
from .run import RunRecord
from .share_plots import sources as sources_that_work
from .share_plots import subtasks
from .tables import causes_table, demos_table, sources_table, subtask_ids, subtasks_table

FILE_NAME = "report.html"

_OUTCOMES = {
    "": "The run has not ended: the figures are those of its record so far.",
    "stopped": "The run was stopped before it had all the demonstrations that were wanted.",
    "gave_up": "The run gave up before it had all that were wanted: too many attempts had failed.",
    "failed": "The run ended on an error.",
}
_LOOK_FOR = {
    "success": "A success rate that settles early tells what a longer run would give; steps in the curves are normal, "
    "because environments that began together end at about the same time.",
    "causes": "The longest bar names the subtask that costs most: more source demonstrations of it, or better ones, "
    "help most.",
    "paths": "Generated paths should resemble the source paths and cover more of the table; a path far outside the "
    "others is worth replaying. A dot marks where the end effector started, a grey square (4 cm) where an object did.",
    "starts": "Generated demonstrations should fill the area that the policy will meet later. A tick shows which "
    "way an object was turned; it is left out where there are too many.",
    "subtasks": "Of the attempts that began a subtask, those that passed it. The one that fewest pass is where better "
    "source demonstrations, or other offsets, help most.",
    "placements": "Where an object stood when attempts succeeded and when they failed. Failures in one corner ask for "
    "source demonstrations from there, or tell that the robot does not reach it.",
    "lengths": "Generated demonstrations are usually a little longer than their sources, because the segments are "
    "joined by interpolated steps; a far longer one had to wait for success.",
    "sources": "Evenly used sources give variety; one that is never used either does not fit the new scenes or makes "
    "attempts fail.",
    "source_success": "A source whose attempts fail far more often than the others' is worth replaying, and perhaps "
    "leaving out.",
}
_TITLES = {
    "success": "Success",
    "causes": "Causes of failure",
    "subtasks": "Success by subtask",
    "paths": "Where the end effector went",
    "starts": "Where the objects started",
    "placements": "Success by where the objects started",
    "lengths": "Length of the demonstrations",
    "sources": "Which source demonstrations were used",
    "source_success": "Success by source demonstration",
}

FILES = (FILE_NAME, RUN_FILE_NAME, *(f"{name}.png" for name in _TITLES))
"""Names of all files of a report."""


def write_report(
    folder: str | os.PathLike[str],
    record: RunRecord,
    generated: str | os.PathLike[str] | None,
    source: str | os.PathLike[str] | None = None,
    examples: Sequence[Example] = (),
) -> Path:
    """Write `report.html`, its plots as PNG files, and `run.json`, from which the report can be written again.

    Leave out plots for which the files lack data (as files from other programs may), and say why.

    Args:
        folder: Folder of the report; made if it is missing.
        record: The run.
        generated: The dataset that the run wrote; None if it has saved nothing.
        source: The dataset with the source demonstrations.
        examples: Demonstrations to show as thumbnails.

    Returns:
        Path of the HTML file.

    Raises:
        InputFileError: The generated dataset cannot be read.
        OutputError: The folder cannot be written.
    """
    made = read_contents(generated) if generated else Contents(Path(record.options.get("output", "")))
    given, missing = _read_source(source)
    names = labels.subtask_names(subtask_ids(record, made), given.signals if given else [])
    drawings: dict[str, Callable[[], Figure]] = {
        "success": lambda: plots.success(record),
        "causes": lambda: plots.failures(record, names),
        "subtasks": lambda: subtasks(record, names),
        "paths": lambda: plots.paths(given, made),
        "starts": lambda: plots.starts(given, made),
        "placements": lambda: placements(record),
        "lengths": lambda: plots.lengths(given, made),
        "sources": lambda: plots.sources(given, made, names),
        "source_success": lambda: sources_that_work(record),
    }
    tables = {
        "causes": causes_table(record, names),
        "subtasks": subtasks_table(record, names),
        "sources": sources_table(record, given, made),
    }
    folder = Path(folder)
    path = folder / FILE_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        sections = []
        for name, draw in drawings.items():
            look_for = "" if name == "causes" and not record.failures else _LOOK_FOR[name]
            sections.append(_section(folder, name, draw, look_for, tables.get(name)))
        record.save(folder / RUN_FILE_NAME)
        path.write_text(_page(record, made, given, missing, examples, sections).to_html(), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", where=str(error.filename or folder)) from error
    return path


def _read_source(source: str | os.PathLike[str] | None) -> tuple[Contents | None, str]:
    """Return the source dataset, or None and a sentence that says why it cannot be read."""
    if source is None:
        return None, ""
    try:
        return read_contents(source), ""
    except MimicError as error:
        return None, f"The source dataset could not be read, so the report goes without it: {error.what} ({source})."


def _page(
    record: RunRecord,
    made: Contents,
    given: Contents | None,
    missing: str,
    examples: Sequence[Example],
    sections: Sequence[Section],
) -> Page:
    """Return the page of the report.

    Args:
        record: The run.
        made: The generated dataset.
        given: The source dataset; None if it cannot be read.
        missing: Why the source dataset cannot be read; empty if it can.
        examples: Demonstrations to show as thumbnails.
        sections: The plots.
    """
    task = str(record.options.get("task") or made.env_name)
    started = record.started.replace("T", " ").replace("+00:00", " UTC")
    recorded = bool(record.outcome or record.attempts or record.demos)
    ending = ""
    if not recorded:
        ending = "There is no record of the run: what follows is what the files hold."
    elif record.outcome != "done":
        text = _OUTCOMES.get(record.outcome, f"The run ended: {record.outcome}.")
        ending = f"{text}\n{record.message}".strip()
    alerts = []
    if len(made.demos) != len(record.demos):
        there = labels.count(len(made.demos), "demonstration")
        alerts.append(f"The file holds {there}, this run saved {len(record.demos):,} of them; the plots show all.")
    alerts += ([missing] if missing else []) + record.warnings[:MAX_ROWS]
    settings, versions = _settings(record, made)
    files = {"generated": str(made.path), "source": str(given.path) if given else ""}
    return Page(
        title=f"Generated demonstrations: {task or made.path.name}",
        subtitle=" · ".join(part for part in (task, started) if part),
        ending=ending,
        failed=record.outcome == "failed",
        verdict=_verdict(record, given) if recorded else "",
        figures=_figures(record),
        alerts=alerts,
        examples=examples,
        sections=sections,
        demos=demos_table(record, made),
        time=_time_table(record),
        settings={**settings, **files},
        versions=versions,
        closing="A step is one environment step. The success rate counts the attempts that ended. The record of the "
        f"run is in {RUN_FILE_NAME}; each plot is also a PNG file beside this page.",
    )


def _verdict(record: RunRecord, given: Contents | None) -> str:
    saved = labels.count(len(record.demos), "demonstration")
    were = "was" if len(record.demos) == 1 else "were"
    of = f" from {len(given.demos):,}" if given else ""
    text = f"{saved} {were} generated{of} in {labels.duration(record.seconds)}"
    if not record.attempts:
        return f"{text}; no attempt ended."
    return f"{text}; {record.succeeded:,} of {labels.count(len(record.attempts), 'attempt')} succeeded."


def _figures(record: RunRecord) -> list[tuple[str, str, str]]:
    saved, ended = len(record.demos), len(record.attempts)
    own = sum(demo.steps for demo in record.demos) / saved if saved else None
    ratio = f"{record.steps_per_demo / own:.2f} × a demo's own {own:,.0f}, " if record.steps_per_demo and own else ""
    total = sum(record.phases.values()) or record.seconds
    return [
        (f"{saved:,}", "demos saved", f"{record.wanted:,} wanted" if record.wanted else ""),
        (
            labels.percent(record.success_rate),
            "success rate",
            f"{ended - record.succeeded:,} of {ended:,} attempts failed",
        ),
        (labels.duration(total), "time", f"attempts {labels.duration(record.seconds)}"),
        (labels.number(record.demos_per_minute), "demos per minute", "while attempts ran"),
        (labels.number(record.steps_per_demo), "steps per saved demo", f"{ratio}failed attempts included"),
    ]


def _section(folder: Path, name: str, draw: Callable[[], Figure], look_for: str, table: Table | None) -> Section:
    """Draw a plot and write it as a file. Return its section; without data, a section with the reason."""
    file = folder / f"{name}.png"
    try:
        png = style.png(draw())
    except plots.NothingToDraw as reason:
        # A plot of an older report must not stay: it would seem to belong to this one.
        file.unlink(missing_ok=True)
        return Section(_TITLES[name], str(reason), table=table)
    file.write_bytes(png)
    return Section(_TITLES[name], look_for, png, table)


def _time_table(record: RunRecord) -> Table | None:
    """Return a table of the durations of the run's phases; None if unknown."""
    if not record.phases:
        return None
    seconds = sum(record.phases.values())
    rows = [[phase, took, labels.percent(took / seconds if seconds else None)] for phase, took in record.phases.items()]
    return Table(["phase", "seconds", "share"], rows, ["together", seconds, "100 %"])


def _settings(record: RunRecord, made: Contents) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the run's settings, completed from the dataset's history, and the versions of the packages."""
    stated = dict(made.run)
    versions = stated.pop("versions", None)
    more = stated.pop("settings", None)
    # Settings in the file replace `auto` with what was used.
    settings = {**record.options, **stated, **(more if isinstance(more, dict) else {})}
    for path in ("input", "output"):
        settings.pop(path, None)
    words = {labels.words(str(name)): value for name, value in settings.items()}
    return words, {str(name): value for name, value in versions.items()} if isinstance(versions, dict) else {}
