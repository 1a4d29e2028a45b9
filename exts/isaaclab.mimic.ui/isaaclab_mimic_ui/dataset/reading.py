# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Read and edit dataset files for the panels. Call these in a thread: they take longer than a frame."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isaaclab_mimic_core.errors import MimicError

from ..running.remedies import OFFERS

_POSITION = "obs/eef_pos"
_ONLY_HAND = "HEIGHT OF THE HAND [M]"


@dataclass(frozen=True)
class Thumbnail:
    """One moment of a demonstration."""

    row: int
    """The state that it shows: before which sample."""
    pixels: Any
    """(height, width, 4) uint8, contiguous."""


def summarise_file(path: Path) -> dict:
    """Read what a file holds.

    Returns:
        `path`; `text`: the summary in words; `list`: name, attributes and length of each demonstration; `task`: id of
        its task, empty if that is not known, and `why_not`: why; `generated_from`: the file that it states to have been
        generated from, and `sources_sha256`: what `digest.sources_digest` of that was, both empty if it states none;
        `remedy`: the step that makes it fit to generate from, None if the window has none.
    """
    from isaaclab_mimic_core.datasets import DatasetReader, format_summary, summarise
    from isaaclab_mimic_core.datasets.attributes import history
    from isaaclab_mimic_core.datasets.layout import ACTIONS, ATTR_PROVENANCE
    from isaaclab_mimic_core.run_manifest import stated_input
    from isaaclab_mimic_core.stages.files.input_task import task_of

    found = summarise(str(path))
    with DatasetReader(path, allow_empty=True) as reader:
        demos = []
        for name in reader.episode_names:
            shape = reader.shapes(name).get(ACTIONS, ((0,), None))[0]
            demos.append((name, reader.attrs(name), shape[0]))
        task = why_not = ""
        try:
            task = task_of(reader)
        except MimicError as error:
            why_not = str(error)
    sources = stated_input(found["provenance"]["run"], "input")
    stated = history({ATTR_PROVENANCE: found["provenance"]["run"]}, "generated").get("input", "")
    return {
        "path": str(path),
        "text": format_summary(found),
        "list": demos,
        "task": task,
        "why_not": why_not,
        "remedy": OFFERS.get(found["remedy"]["generate"]),
        "generated_from": stated if isinstance(stated, str) else "",
        "sources_sha256": sources.sha256 if sources is not None else "",
    }


def read_signals(path: str, demo: str) -> dict[str, list[float]]:
    """Read the signals of a demonstration that are plotted: heights of hands and objects, gripper, subtask signals."""
    from isaaclab_mimic_core.datasets import DatasetReader
    from isaaclab_mimic_core.datasets.layout import ACTIONS, EEF_POSE, STATES, TERM_SIGNALS

    curves: dict[str, list[float]] = {}
    with DatasetReader(path) as reader:
        bodies = [each for each in reader.shapes(demo) if re.fullmatch(rf"{STATES}/rigid_object/\w+/root_pose", each)]
        paths = [each for each in (ACTIONS, EEF_POSE, _POSITION, TERM_SIGNALS) if reader.has(demo, each)]
        episode = reader.read(demo, [*paths, *bodies])
    hands = episode.group(EEF_POSE)
    for name, values in hands.items():
        # A single one is called the same whatever the file has of it: curves of several files are put on each other.
        curves[f"HEIGHT OF {name.upper()} [M]" if len(hands) > 1 else _ONLY_HAND] = values[:, 2, 3].tolist()
    if not curves and _POSITION in episode.data:
        curves[_ONLY_HAND] = episode.data[_POSITION][:, 2].tolist()
    if ACTIONS in episode.data:
        curves["LAST ACTION (GRIPPER)"] = episode.data[ACTIONS][:, -1].tolist()
    for name, values in episode.group(TERM_SIGNALS).items():
        curves[name.upper().replace("_", " ")] = values.reshape(len(values)).astype(float).tolist()
    for body in bodies:
        name = body.split("/")[2].replace("_", " ").upper()
        curves[f"HEIGHT OF {name} [M]"] = episode.data[body][:, 2].tolist()
    return curves


def read_strip(path: str, demo: str) -> list[Thumbnail]:
    """Return the thumbnails of a demonstration; none if they have not been drawn.

    Raises:
        MimicError: It has nothing to draw, or the file cannot be read.
        ImportError: There is nothing to read pictures with.
    """
    import numpy as np
    from PIL import Image

    from isaaclab_mimic_core.datasets import DatasetReader
    from isaaclab_mimic_core.stages.files.input_task import task_of
    from isaaclab_mimic_core.stages.rendering.strip import kept_strip

    with DatasetReader(path) as reader:
        kept, rows = kept_strip(reader, demo, task_of(reader))
    if not kept.exists():
        return []
    try:
        strip = np.asarray(Image.open(kept).convert("RGBA"))
        parts = np.split(strip, len(rows), axis=1)
    except (OSError, ValueError):  # It is damaged: have another one drawn.
        kept.unlink(missing_ok=True)
        return []
    # A window takes their memory as it is: each part has to have its own.
    return [Thumbnail(row, np.ascontiguousarray(each)) for row, each in zip(rows, parts, strict=True)]


def delete(path: str, demo: str) -> list[tuple[str, int]]:
    """Delete a demonstration from its file, in one atomic step; return name and length of those that are left.

    Raises:
        MimicError: It is the last one, or the file cannot be written.
    """
    from isaaclab_mimic_core.datasets import edit as edits

    edits.drop(path, [demo], in_place=True)
    return [(name, length) for name, _, length in summarise_file(Path(path))["list"]]
