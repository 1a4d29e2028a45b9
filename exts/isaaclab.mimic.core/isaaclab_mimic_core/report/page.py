# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Building blocks of a self-contained HTML page. Text is escaped here and nowhere else."""

import base64
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

MAX_ROWS = 200
"""Longer tables are cut, and say so."""

_STYLE = Path(__file__).with_name("page.css")


def page(title: str, body: Sequence[str]) -> str:
    """Return a whole document."""
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title>",
            f"<style>\n{_STYLE.read_text(encoding='utf-8')}</style>",
            "</head>",
            "<body><main>",
            *body,
            "</main></body>",
            "</html>",
            "",
        ]
    )


def heading(text: str, level: int = 2) -> str:
    return f"<h{level}>{escape(text)}</h{level}>"


def paragraph(text: str, kind: str = "") -> str:
    """Return a paragraph; `kind` is a class of the style sheet."""
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def alert(text: str, bad: bool = False) -> str:
    """Return a sentence that must not be overlooked."""
    return f'<div class="alert{" bad" if bad else ""}">{escape(text)}</div>'


def figures(entries: Sequence[tuple[str, str, str]]) -> str:
    """Return the headline figures: value, what it is, and a remark each."""
    cards = (
        f"<div><b>{escape(value)}</b><span>{escape(name)}</span><small>{escape(remark)}</small></div>"
        for value, name, remark in entries
    )
    return f'<div class="figures">{"".join(cards)}</div>'


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]], total: Sequence[Any] | None = None) -> str:
    """Return a table; columns whose first value is a number or a share in percent are aligned to the right.

    Args:
        columns: Their headings.
        rows: Values; numbers are written with separators, everything else as text. Cut after `MAX_ROWS`.
        total: A last row that stands apart.
    """
    numeric = [bool(rows) and _is_number(rows[0][i]) for i in range(len(columns))]

    def cells(values: Sequence[Any], tag: str) -> str:
        return "".join(
            f'<{tag} class="n">{_text(value)}</{tag}>' if right else f"<{tag}>{_text(value)}</{tag}>"
            for value, right in zip(values, numeric, strict=True)
        )

    parts = ['<div class="table"><table>', f"<thead><tr>{cells(columns, 'th')}</tr></thead>", "<tbody>"]
    parts += [f"<tr>{cells(row, 'td')}</tr>" for row in rows[:MAX_ROWS]]
    parts.append("</tbody>")
    if total is not None:
        parts.append(f"<tfoot><tr>{cells(total, 'td')}</tr></tfoot>")
    parts.append("</table></div>")
    if len(rows) > MAX_ROWS:
        parts.append(paragraph(f"The first {MAX_ROWS} of {len(rows):,} rows; all of them are in the files.", "note"))
    return "\n".join(parts)


def pairs(values: Mapping[str, Any]) -> str:
    """Return names and values, one pair a line."""
    rows = "".join(f"<tr><td>{escape(name)}</td><td>{_text(value)}</td></tr>" for name, value in values.items())
    return f'<div class="table"><table class="pairs"><tbody>{rows}</tbody></table></div>'


def picture(png: bytes, description: str) -> str:
    """Return a picture that is part of the page itself; `description` is read out where it cannot be seen."""
    data = base64.b64encode(png).decode("ascii")
    return f'<figure><img src="data:image/png;base64,{data}" alt="{escape(description)}"></figure>'


def _is_number(value: Any) -> bool:
    """Whether a value belongs to the right of its column: numbers, and shares in percent."""
    return (isinstance(value, int | float) and not isinstance(value, bool)) or str(value).endswith(" %")


def _text(value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.1f}"
    return escape(str(value))
