# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What the Data panel does with files, without a widget; all of it may take a while, and belongs in a thread."""

from __future__ import annotations

import re
from pathlib import Path

from isaaclab_mimic_core.dataset_options import Selection
from isaaclab_mimic_core.errors import OptionError
from isaaclab_mimic_core.tasks.catalog import TASKS

_POSITION = "obs/eef_pos"
_FPS = 20
"""Samples a second that Isaac Lab's stack tasks make."""


def summarise_file(path: Path) -> dict:
    """Return `path`, `text` (the summary in words) and `list`: name, attributes and length of each demonstration."""
    from isaaclab_mimic_core.datasets import DatasetReader, format_summary, summarise
    from isaaclab_mimic_core.datasets.layout import ACTIONS

    found = summarise(str(path))
    with DatasetReader(path, allow_empty=True) as reader:
        demos = []
        for name in reader.episode_names:
            shape = reader.shapes(name).get(ACTIONS, ((0,), None))[0]
            demos.append((name, reader.attrs(name), shape[0]))
    return {"path": str(path), "text": format_summary(found), "list": demos}


def read_signals(path: str, demo: str) -> dict[str, list[float]]:
    """Read what is worth a curve: heights of hands and objects, the gripper, and the subtasks' signals."""
    from isaaclab_mimic_core.datasets import DatasetReader
    from isaaclab_mimic_core.datasets.layout import ACTIONS, EEF_POSE, STATES, TERM_SIGNALS

    curves: dict[str, list[float]] = {}
    with DatasetReader(path) as reader:
        bodies = [each for each in reader.shapes(demo) if re.fullmatch(rf"{STATES}/rigid_object/\w+/root_pose", each)]
        paths = [each for each in (ACTIONS, EEF_POSE, _POSITION, TERM_SIGNALS) if reader.has(demo, each)]
        episode = reader.read(demo, [*paths, *bodies])
    for name, values in episode.group(EEF_POSE).items():
        curves[f"HEIGHT OF {name.upper()} [M]"] = values[:, 2, 3].tolist()
    if not curves and _POSITION in episode.data:
        curves["HEIGHT OF THE HAND [M]"] = episode.data[_POSITION][:, 2].tolist()
    if ACTIONS in episode.data:
        curves["LAST ACTION (GRIPPER)"] = episode.data[ACTIONS][:, -1].tolist()
    for name, values in episode.group(TERM_SIGNALS).items():
        curves[name.upper().replace("_", " ")] = values.reshape(len(values)).astype(float).tolist()
    for body in bodies:
        name = body.split("/")[2].replace("_", " ").upper()
        curves[f"HEIGHT OF {name} [M]"] = episode.data[body][:, 2].tolist()
    return curves


def check(path: str) -> list[tuple[str, str, str]]:
    """Return level, demonstration and message of everything that may spoil training or generation."""
    from isaaclab_mimic_core.datasets.check import check_file

    return [(finding.level, finding.demo, finding.message) for finding in check_file(path).findings]


def delete(path: str, demo: str) -> list[tuple[str, int]]:
    """Take a demonstration out of its file, in one atomic step; return name and length of those that are left.

    Raises:
        MimicError: It is the last one, or the file cannot be written.
    """
    from isaaclab_mimic_core.datasets import edit as edits

    edits.drop(path, [demo], in_place=True)
    return [(name, length) for name, _, length in summarise_file(Path(path))["list"]]


def edit(by: str, path: str, demos: str, other: str, output: str) -> tuple[str, str]:
    """Make another file, and return its path and what was done in words.

    Args:
        by: keep, leave_out, merge or export.
        path: The file that is looked at.
        demos: Names, numbers and ranges: demo_3,7,10-19; all if empty.
        other: For merge, the file to add.
        output: File to write; for export, the folder.

    Raises:
        MimicError: Something is missing, or cannot be done.
    """
    from isaaclab_mimic_core.datasets import edit as edits

    if not output:
        raise OptionError("say where the result goes", where="Output")
    target = str(Path(output).expanduser().absolute())
    if by == "merge":
        if not other:
            raise OptionError("say which file to add", where="File to add")
        report = edits.merge([path, str(Path(other).expanduser())], target)
    elif by == "export":
        return _export(path, demos, target)
    else:
        if not demos:
            raise OptionError("say which demonstrations are meant", where="Demonstrations", remedy="Such as 0-4,7.")
        names = edits.select_names(path, Selection(demos))
        report = (edits.select if by == "keep" else edits.drop)(path, names, target)
    return report.output, " ".join((f"{len(report.kept)} demonstrations are in {report.output}.", *report.notes))


def _export(path: str, demos: str, output: str) -> tuple[str, str]:
    from isaaclab_mimic_core.datasets import DatasetReader
    from isaaclab_mimic_core.datasets.edit import select_names
    from isaaclab_mimic_core.datasets.export import export_lerobot

    with DatasetReader(path) as reader:
        env_name = reader.env_name
    task = TASKS[env_name].title if env_name in TASKS else env_name
    names = select_names(path, Selection(demos)) if demos else None
    report = export_lerobot(path, output, fps=_FPS, task=task, names=names)
    return report.output, " ".join((f"{report.demos} demonstrations are in {report.output}.", *report.notes))
