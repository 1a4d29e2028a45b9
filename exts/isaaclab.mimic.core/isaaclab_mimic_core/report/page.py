# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The HTML page of a report: its contents, and the jinja2 template that lays it out and escapes all text."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

MAX_ROWS = 200
"""Maximum number of rows of a table; the page says how many more there are."""

_HERE = Path(__file__).parent
_TEMPLATE, _STYLE = "page.html.j2", "page.css"


@dataclass(frozen=True)
class Table:
    """A table. Numbers are shown with thousands separators, all other values as text."""

    columns: Sequence[str]
    """Headings of the columns."""
    rows: Sequence[Sequence[Any]]
    """Values of each row; the page shows the first `MAX_ROWS` rows."""
    total: Sequence[Any] | None = None
    """Last row with totals."""
    note: str = ""
    """Sentence below the table."""

    @property
    def numeric(self) -> list[bool]:
        """Whether each column is right-aligned, because its first value is a number or a percentage."""
        return [bool(self.rows) and _is_number(self.rows[0][i]) for i in range(len(self.columns))]


@dataclass(frozen=True)
class Section:
    """A plot with its explanation."""

    title: str
    note: str
    """What to look for in the plot, or why there is none."""
    png: bytes = b""
    """Contents of the plot's PNG file; empty if there is no plot."""
    table: Table | None = None


@dataclass(frozen=True)
class Strip:
    """Moments of a demonstration side by side."""

    jpeg: bytes
    """All of them, as a JPEG file."""
    labels: Sequence[str]
    """What stands below each."""


@dataclass(frozen=True)
class Example:
    """A demonstration in small pictures, and below it those that it was made from."""

    title: str
    strips: Sequence[Strip]


@dataclass(frozen=True)
class Page:
    """Contents of the page, from top to bottom."""

    title: str
    """Title of the browser window."""
    subtitle: str
    """Task and start time."""
    ending: str
    """Why the run is not complete; empty if it is."""
    failed: bool
    """Whether the run ended with an error."""
    verdict: str
    """The result in one sentence; empty if there is no record of the run."""
    figures: Sequence[tuple[str, str, str]]
    """Headline figures: value, name, remark."""
    alerts: Sequence[str]
    """Warnings, as sentences."""
    examples: Sequence[Example]
    """Demonstrations to show as thumbnails."""
    sections: Sequence[Section]
    demos: Table | None
    time: Table | None
    settings: Mapping[str, Any]
    versions: Mapping[str, Any]
    closing: str

    def to_html(self) -> str:
        """Return the page as a self-contained HTML document."""
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_HERE),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            keep_trailing_newline=True,
        )
        environment.filters |= {"cell": _cell, "base64": lambda png: base64.b64encode(png).decode("ascii")}
        style = (_HERE / _STYLE).read_text(encoding="utf-8")
        return environment.get_template(_TEMPLATE).render(vars(self), style=style, max_rows=MAX_ROWS)


def _is_number(value: object) -> bool:
    return (isinstance(value, int | float) and not isinstance(value, bool)) or str(value).endswith(" %")


def _cell(value: object) -> str:
    """Return the text of a table cell."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.1f}"
    return str(value)
