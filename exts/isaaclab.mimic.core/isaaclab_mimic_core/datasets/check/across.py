# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Checks that compare demonstrations with each other, and checks of the file as a whole."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...options import Thresholds
from .. import layout
from ..attributes import history
from ..reader import DatasetReader
from ..tree import Shape
from . import masks
from .content import missing_at_start
from .demo import Demo, Outline
from .finding import Finding
from .subtasks import marks

_MIN_TO_COMPARE = 3
"""Minimum number of demonstrations for a comparison."""
_KINDS = ("recorded", "annotated", "generated")


@dataclass(frozen=True)
class Facts:
    """Properties of a demonstration that are compared between demonstrations."""

    name: str
    length: int
    """Number of samples."""
    outline: Outline
    tasks: frozenset[str]
    """Tasks named in its history; only the new name if it was renamed."""
    versions: tuple[tuple[str, str], ...]
    """Names and versions of the programs that made it."""
    signals: frozenset[str]
    """Names of its subtask termination signals."""
    last_grips: tuple[float, ...]
    """Last command of each gripper, -1 or 1."""


def facts(demo: Demo) -> Facts:
    """Return the properties by which a demonstration is compared with others."""
    tasks, versions = _origins(demo.stated.values)
    return Facts(
        name=demo.name,
        length=demo.length,
        outline=demo.outline,
        tasks=frozenset(tasks),
        versions=tuple(sorted(versions.items())),
        signals=frozenset(marks(demo)),
        last_grips=tuple(float(command[-1]) for command in demo.grippers.values() if len(command)),
    )


def find(
    reader: DatasetReader, all_facts: list[Facts], thresholds: Thresholds, same_task: Callable[[str, str], bool]
) -> Iterator[Finding]:
    """Find demonstrations that differ from most others, and faults of the file as a whole."""
    env_name = "" if layout.ATTR_ENV_ARGS in reader.data_attr_faults else reader.env_name
    yield from _file(reader, env_name, all_facts)
    yield from masks.find(reader)
    yield from _tasks(env_name, all_facts, same_task)
    yield from layouts([demo.outline for demo in all_facts if demo.outline.is_known])
    yield from _versions(all_facts)
    yield from _lengths(all_facts, thresholds)
    yield from _signals(all_facts)
    yield from _grips(all_facts)


def _file(reader: DatasetReader, env_name: str, all_facts: list[Facts]) -> Iterator[Finding]:
    if reader.legacy_quaternions:
        message = "is of the older format with quaternions wxyz: mimic convert FILE --output NEW"
        yield Finding("hint", "old_format", "", message)
    if not env_name and layout.ATTR_ENV_ARGS not in reader.data_attr_faults:
        yield Finding("warning", "no_task", "", "does not say which task it is of (env_args)")
    total = reader.data_attrs.get(layout.ATTR_TOTAL)
    faults = reader.data_attr_faults
    for name, fault in faults.items():
        yield Finding("warning", "attribute", "", f"its attribute {name} of the group 'data' {fault}")
    counted = sum(demo.length for demo in all_facts)
    # Where actions are missing or unreadable, the number of samples is unknown.
    known = all(layout.ACTIONS in demo.outline.shapes for demo in all_facts)
    if known and total != counted and layout.ATTR_TOTAL not in faults:
        said = "no total" if total is None else f"total {total}"
        yield Finding("warning", "total", "", f"says {said}, and its demonstrations have {counted} samples", counted)


def _tasks(env_name: str, all_facts: list[Facts], same_task: Callable[[str, str], bool]) -> Iterator[Finding]:
    for demo in all_facts:
        others = sorted(task for task in demo.tasks if env_name and not same_task(task, env_name))
        if others:
            message = f"was made in the task {others[0]}, the file says {env_name}"
            yield Finding("error", "mixed_tasks", demo.name, message)


def layouts(demos: Sequence[Outline], terms: Iterable[str] | None = None) -> Iterator[Finding]:
    """Find arrays whose shape or type differs from that in most demonstrations, and missing or additional arrays.

    Args:
        demos: The demonstrations.
        terms: Flat paths of the arrays and groups to compare; all if None.
    """
    arrays = [
        {path: _sample(demo, path) for path in (demo.shapes if terms is None else demo.below(terms))} for demo in demos
    ]
    usual: dict[str, Any] = {}
    for path in sorted({path for one in arrays for path in one}):
        counts = Counter(one.get(path) for one in arrays)
        usual[path] = counts.most_common(1)[0][0]
    for demo, own in zip(demos, arrays, strict=True):
        # Other checks report damage and faults of the initial state.
        known = {*own, *demo.damage, *missing_at_start(demo)}
        missing = [path for path, shape in usual.items() if shape is not None and path not in known]
        extra = [path for path in own if usual[path] is None]
        for paths, what in ((missing, "lacks what most have"), (extra, "has what most lack")):
            if paths:
                more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
                level = "error" if paths is missing else "warning"
                yield Finding(level, "mixed_layouts", demo.name, f"{what}: {paths[0]}{more}", len(paths))
        for path, (shape, kind) in own.items():
            if usual[path] is not None and (shape, kind) != usual[path]:
                there, wanted = _described(shape, kind), _described(*usual[path])
                yield Finding("error", "mixed_layouts", demo.name, f"{path} holds {there}, with most it is {wanted}")


def _sample(demo: Outline, path: str) -> tuple[Shape, str]:
    """Return the shape of a sample and the kind of its values."""
    shape, dtype = demo.shapes[path]
    return shape[1:], dtype.kind


def _versions(all_facts: list[Facts]) -> Iterator[Finding]:
    usual = _usual([demo.versions for demo in all_facts if demo.versions])
    for demo in all_facts:
        if usual is None or not demo.versions or demo.versions == usual:
            continue
        differing = sorted(set(demo.versions) ^ set(usual))[:2]
        named = ", ".join(sorted({name for name, _ in differing}))
        yield Finding("warning", "mixed_versions", demo.name, f"was made with other versions than most: {named}")


def _lengths(all_facts: list[Facts], thresholds: Thresholds) -> Iterator[Finding]:
    # A demonstration without samples is reported as empty.
    demos = [demo for demo in all_facts if demo.length]
    if len(demos) < _MIN_TO_COMPARE:
        return
    median = float(np.median([demo.length for demo in demos]))
    for demo in demos:
        ratio = demo.length / median
        message = f"has {demo.length} samples, {ratio:.2f} times the median of {median:g}"
        if ratio > thresholds.max_length_ratio:
            yield Finding("warning", "too_long", demo.name, message, ratio, thresholds.max_length_ratio)
        elif ratio < thresholds.min_length_ratio:
            yield Finding("warning", "too_short", demo.name, message, ratio, thresholds.min_length_ratio)


def _signals(all_facts: list[Facts]) -> Iterator[Finding]:
    usual = _usual([demo.signals for demo in all_facts if demo.signals])
    for demo in all_facts:
        if usual is None or not demo.signals or demo.signals == usual:
            continue
        more, fewer = sorted(demo.signals - usual), sorted(usual - demo.signals)
        parts = [f"{what} {', '.join(names)}" for what, names in (("more:", more), ("fewer:", fewer)) if names]
        message = f"has other subtasks than most; {'; '.join(parts)}"
        yield Finding("error", "mixed_subtasks", demo.name, message, len(demo.signals), len(usual))


def _grips(all_facts: list[Facts]) -> Iterator[Finding]:
    usual = _usual([demo.last_grips for demo in all_facts if demo.last_grips])
    for demo in all_facts:
        if usual is not None and len(demo.last_grips) == len(usual) and demo.last_grips != usual:
            yield Finding("warning", "cropped_end", demo.name, "ends with another gripper command than most")


def _usual(values: list[Any]) -> Any:
    """Return the value that more than half have; None if there is none or too few values."""
    if len(values) < _MIN_TO_COMPARE:
        return None
    counts: Counter[Hashable] = Counter(values)
    value, count = counts.most_common(1)[0]
    return value if 2 * count > len(values) else None


def _origins(attrs: dict[str, Any]) -> tuple[set[str], dict[str, str]]:
    """Return the tasks and versions in a demonstration's history."""
    tasks: set[str] = set()
    versions: dict[str, str] = {}
    for kind in _KINDS:
        entry = history(attrs, kind)
        if entry.get("task"):
            tasks.add(str(entry["task"]))
        if isinstance(entry.get("versions"), dict):
            versions |= {f"{kind} {name}": str(version) for name, version in entry["versions"].items()}
    known = attrs.get(layout.ATTR_PROVENANCE)
    edits = known.get(layout.EDITS) if isinstance(known, dict) else None
    renamed = [
        edit["task"]
        for edit in (edits if isinstance(edits, list) else ())
        if isinstance(edit, dict) and edit.get("task")
    ]
    return ({str(renamed[-1])} if renamed else tasks), versions


def _described(shape: tuple[int, ...], kind: str) -> str:
    return f"{layout.kind_name(kind)} {'x'.join(map(str, shape)) or '1'}"
