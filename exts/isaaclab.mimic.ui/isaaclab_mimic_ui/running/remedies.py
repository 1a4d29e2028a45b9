# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What the window has in place of the commands that messages name. This module has no widgets."""

from __future__ import annotations

import re
from dataclasses import dataclass

from isaaclab_mimic_core.errors import ANNOTATE, ANNOTATE_BY_HAND, LOOK_INTO

from ..steps import KEYS_TITLE

_PLACES = {
    "annotate": "Annotate",
    "check": "Dataset > Check",
    "doctor": f"{KEYS_TITLE} > Examine",
    "drop": "Dataset > Leave out",
    "evaluate": "Evaluate",
    "generate": "Generate",
    "info": "Dataset",
    "merge": "Dataset > Merge",
    "play": "Evaluate > Play policy",
    "record": "Record",
    "replay": "Record > Replay",
    "select": "Dataset > Keep",
    "train": "Train",
}
"""Verb -> where the window does the same. Others are commands for a terminal in the window, too."""
_MANUAL = "Annotate > Manual"
_VALUE = r"(?:[A-Z][A-Z0-9]*\b|\S*[./]\S*[^\s.,;)])"
"""A placeholder, or a path; not a word of the sentence."""
_OPTION = r"--(?:manual|validate|failed|overwrite|resume|start-signals)\b|--[a-z][a-z-]*(?: (?!--)\S*[^\s.,:;)`])?"
"""An option with its value, which ends at the next space or the sentence's end; some have none."""
_WORDS = rf"(?: --input .+? --output \S+| (?:{_OPTION})| {_VALUE})*"
"""What follows a verb. A file's name may have spaces in it, so that only what comes after says where it ends."""
_COMMAND = re.compile(
    rf"(?P<quoted>`)?\bmimic (?P<verb>{'|'.join(_PLACES)})\b(?P<rest>(?(quoted)[^`]*|{_WORDS}))(?(quoted)`)"
)


@dataclass(frozen=True)
class Offer:
    """A button for what can be done about a failure."""

    label: str
    """Of the button."""
    step: str
    """The step that does it, with the file that the failed step has read."""


OFFERS = {
    ANNOTATE: Offer("Annotate this file", "annotate"),
    ANNOTATE_BY_HAND: Offer("Mark it by hand", "annotate_manual"),
    LOOK_INTO: Offer("Look into this file", "dataset"),
}
"""Verb of a `Remedy` -> its button."""


def in_window_words(text: str) -> str:
    """Return a message with the window's own places where it names commands that do the same."""
    return _COMMAND.sub(lambda found: f'"{_place(found)}"', text)


def _place(found: re.Match) -> str:
    return _MANUAL if found["verb"] == "annotate" and "--manual" in found["rest"] else _PLACES[found["verb"]]
