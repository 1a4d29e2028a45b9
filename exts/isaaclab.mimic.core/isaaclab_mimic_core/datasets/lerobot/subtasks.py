# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Texts of the subtasks over time, from the subtask signals of a demonstration."""

from collections.abc import Mapping, Sequence

import numpy as np

from .. import layout
from ..reader import DatasetReader
from ..signals import first_change

SubtaskTexts = Mapping[str, Sequence[tuple[str | None, str]]]
"""End effector -> its subtasks in order: the signal that ends the subtask (None: it runs to the end), and its text."""


def texts_of_signals(reader: DatasetReader, names: Sequence[str], instruction: str) -> SubtaskTexts:
    """Return texts made of the signals' names, for a task whose configuration is not known.

    The order of the signals is that in which they change in the first demonstration. Empty if there are several end
    effectors or no signals.

    Args:
        reader: The file.
        names: The demonstrations.
        instruction: Description of the whole task; the text after the last signal.
    """
    eefs = _below(reader, names[0], layout.EEF_POSE)
    marks = _marks(reader, names[0])
    if len(eefs) > 1 or not marks:
        return {}
    ordered = sorted(marks, key=lambda signal: marks[signal])
    texts = [(signal, signal.replace("_", " ").capitalize()) for signal in ordered]
    return {eefs[0] if eefs else "": [*texts, (None, instruction)]}


def timeline(reader: DatasetReader, name: str, texts: SubtaskTexts) -> list[tuple[int, str]]:
    """Return the first sample and the text of each subtask: `[(0, "Grasp red cube"), (91, "Stack ...")]`.

    A subtask ends with the sample at which its signal first changes. With several end effectors the text names the
    subtask of each: "left: ..., right: ...". Empty if a signal is missing.
    """
    marks = _marks(reader, name)
    lanes: dict[str, list[tuple[int, str]]] = {}
    for eef, subtasks in texts.items():
        start, lanes[eef] = 0, []
        for number, (signal, text) in enumerate(subtasks):
            lanes[eef].append((start, text))
            if number == len(subtasks) - 1:
                break
            if signal not in marks:
                return []
            start = marks[signal] + 1
    count = reader.num_samples(name)
    starts = sorted({start for lane in lanes.values() for start, _ in lane if start < count})
    found: list[tuple[int, str]] = []
    for start in starts:
        now = {eef: [text for at, text in lane if at <= start][-1] for eef, lane in lanes.items()}
        words = ", ".join(f"{eef}: {text}" for eef, text in now.items()) if len(now) > 1 else "".join(now.values())
        if not found or found[-1][1] != words:
            found.append((start, words))
    return found


def numbers(segments: Sequence[tuple[int, str]], count: int, texts: Sequence[str]) -> np.ndarray:
    """Return for each sample the index of its text in `texts`: (count, 1), int64.

    Args:
        segments: First sample and text of each subtask, from `timeline`.
        count: Number of samples.
        texts: All texts.
    """
    found = np.zeros((count, 1), np.int64)
    for start, text in segments:
        found[start:] = texts.index(text)
    return found


def _marks(reader: DatasetReader, name: str) -> dict[str, int]:
    """Return the first sample at which each signal changes, without signals that never do."""
    marks = {}
    for signal in _below(reader, name, layout.TERM_SIGNALS):
        at = first_change(reader.values(name, layout.join(layout.TERM_SIGNALS, signal)))
        if at is not None:
            marks[signal] = at
    return marks


def _below(reader: DatasetReader, name: str, group: str) -> list[str]:
    return [path.removeprefix(f"{group}/") for path in reader.shapes(name) if path.startswith(f"{group}/")]
