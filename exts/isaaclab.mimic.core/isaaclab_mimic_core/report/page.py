# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The HTML page of a report: what is on it, and the template that lays it out and escapes all text."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

MAX_ROWS = 200
"""Longer tables are cut, and say so."""

_HERE = Path(__file__).parent
_TEMPLATE, _STYLE = "page.html.j2", "page.css"


@dataclass(frozen=True)
class Table:
    """A table. Numbers are written with separators, everything else as text."""

    columns: Sequence[str]
    """Headings of the columns."""
    rows: Sequence[Sequence[Any]]
    """Values of each row; the page shows the first `MAX_ROWS` rows."""
    total: Sequence[Any] | None = None
    """A last row that stands apart."""
    note: str = ""
    """A sentence under the table."""

    @property
    def numeric(self) -> list[bool]:
        """Whether each column is aligned to the right: its first value is a number or a share in percent."""
        return [bool(self.rows) and _is_number(self.rows[0][i]) for i in range(len(self.columns))]


@dataclass(frozen=True)
class Section:
    """A picture with its explanation."""

    title: str
    note: str
    """What to look for in the picture, or why there is none."""
    png: bytes = b""
    """The picture as a PNG file; empty if there is none."""
    table: Table | None = None


@dataclass(frozen=True)
class Page:
    """Everything on the page, in its order."""

    title: str
    """Title of the browser's window."""
    subtitle: str
    ending: str
    """Why the record is not that of a complete run; empty if it is."""
    failed: bool
    """Whether the run ended on an error."""
    verdict: str
    """The result in a sentence; empty without a record of the run."""
    figures: Sequence[tuple[str, str, str]]
    """Headline figures: value, name, remark."""
    alerts: Sequence[str]
    """Sentences that must not be overlooked."""
    sections: Sequence[Section]
    demos: Table | None
    time: Table | None
    settings: Mapping[str, Any]
    versions: Mapping[str, Any]
    closing: str

    def to_html(self) -> str:
        """Return the page as one HTML document that needs no other file."""
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
    """Return a table cell's text."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.1f}"
    return str(value)
