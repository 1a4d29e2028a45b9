# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Summarise what a dataset file holds and what it can be used for, as data and as text (`mimic info FILE`)."""

import os
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ANNOTATE, DatasetError
from ..files import FileLock
from . import layout
from .attributes import for_json, history
from .check import masks, usable
from .origin import parts_of
from .reader import DatasetReader
from .signals import first_change
from .tree import Unreadable
from .writer import leftover_paths, lock_path

_USES = ("replay", "annotate", "generate", "train")


def summarise(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return a description of a dataset file as plain data. Shapes are those of its first whole demonstration.

    Returns:
        - `path`, `bytes`, `format_version`, `quaternions` (`xyzw` or `wxyz`, as stored), `env_name`
        - `being_written`, `leftovers` (temporary files of a killed writer)
        - `demos`, `samples` ({`total`, `min`, `mean`, `max`} or None), `successful`, `success_unknown`
        - `actions` (width or None), `observations` ({name: shape of a sample}), `states` ({name: kind})
        - `initial_state` (bool), `eefs`, `objects`
        - `signals` ({name: {`demos`: number in which it changes, `first`, `last`: earliest and latest sample}})
        - `masks` ({key: number of demonstrations, or None if unreadable}), `mask_faults` (texts)
        - `provenance` ({`run`: attribute `mimic` of the file, `demos`: number of demonstrations with a history,
          `seeds`: number of different seeds, `sources`: {source demonstration: number of segments taken from it}})
        - `usable` ({use: reason why not; empty if usable}) for replay, annotate, generate, train; `remedy` ({use: verb
          that makes it usable; empty if that is none})
        - `unfit` ({use: {demonstration: why it cannot be used}}); replay and annotate skip these

    Raises:
        InputFileError: The file cannot be opened or is not a dataset.
    """
    path = Path(path)
    with DatasetReader(path, allow_empty=True) as reader:
        attrs = [reader.attrs(name) for name in reader.episode_names]
        shapes = reader.shapes(reader.example) if reader.episode_names else {}
        success = [demo.get(layout.ATTR_SUCCESS) for demo in attrs]
        summary: dict[str, Any] = {
            "path": str(path),
            "bytes": path.stat().st_size,
            "format_version": reader.format_version,
            "quaternions": "wxyz" if reader.legacy_quaternions else "xyzw",
            "env_name": reader.env_name,
            **_writing(path),
            "demos": len(attrs),
            "samples": _samples([demo[layout.ATTR_NUM_SAMPLES] for demo in attrs]),
            "successful": sum(value is not None and bool(value) for value in success),
            "success_unknown": sum(value is None for value in success),
            **_contents({path: shape for path, (shape, _) in shapes.items()}),
            "signals": _signals(reader),
            "masks": _masks(reader),
            "mask_faults": [finding.message for finding in masks.find(reader)],
            "provenance": _provenance(reader.data_attrs, attrs),
        }
        summary["unfit"] = {use: _unfit(reader, use, summary) for use in _USES}
    summary["usable"] = {use: _obstacle(use, summary) for use in _USES}
    summary["remedy"] = {use: ANNOTATE if use == "generate" and _lacks_marks(summary) else "" for use in _USES}
    return summary


def format_summary(summary: dict[str, Any]) -> str:
    """Return the result of `summarise` as text for a terminal."""
    lines = [f"{summary['path']}  ({_size(summary['bytes'])})"]

    def say(title: str, text: str) -> None:
        if text:
            lines.append(f"  {title:<14}{text}")

    order = "" if summary["quaternions"] == "xyzw" else " in the file, read as xyzw"
    say("format", f"version {summary['format_version']}, quaternions {summary['quaternions']}{order}")
    say("task", summary["env_name"] or "not stated")
    say("demos", _demos_text(summary))
    if samples := summary["samples"]:
        say("samples", "{total} in all; {min} to {max} a demo, {mean:.0f} on average".format(**samples))
    say("actions", f"{summary['actions']} wide" if summary["actions"] is not None else "none")
    say("observations", _named(summary["observations"], lambda shape: "x".join(map(str, shape)) or "1"))
    say("states", _named(summary["states"], str))
    say("end effectors", ", ".join(summary["eefs"]))
    say("objects", ", ".join(summary["objects"]))
    for name, signal in summary["signals"].items():
        say("signal", _signal_text(name, signal, summary["demos"]))
    say("masks", _named(summary["masks"], lambda count: "?" if count is None else str(count)))
    for text in summary["mask_faults"]:
        say("note", text)
    for text in _provenance_text(summary["provenance"], summary["demos"]):
        say("made from", text)
    if summary["being_written"]:
        say("note", "a program is writing it at this moment")
    elif summary["leftovers"]:
        say("note", f"left by a killed run, may be deleted: {', '.join(summary['leftovers'])}")
    lines.append("  can be used for")
    for use, reason in summary["usable"].items():
        without = f", but for {_first_unfit(summary['unfit'][use])}" if summary["unfit"][use] else ""
        lines.append(f"    {use:<12}{'no: ' + reason if reason else 'yes' + without}")
    return "\n".join(lines)


def _writing(path: Path) -> dict[str, Any]:
    target = Path(os.path.realpath(path))
    being_written = FileLock.is_held(lock_path(target))
    left = [] if being_written else [str(file) for file in leftover_paths(target) if file.exists()]
    return {"being_written": being_written, "leftovers": left}


def _samples(counts: list[int]) -> dict[str, Any] | None:
    if not counts:
        return None
    return {"total": sum(counts), "min": min(counts), "mean": sum(counts) / len(counts), "max": max(counts)}


def _contents(shapes: dict[str, tuple[int, ...]]) -> dict[str, Any]:
    def below(group: str) -> dict[str, tuple[int, ...]]:
        start = group + "/"
        return {path[len(start) :]: shape for path, shape in shapes.items() if path.startswith(start)}

    datagen = layout.DATAGEN_INFO.split("/", 1)[1] + "/"
    actions = shapes.get(layout.ACTIONS)
    return {
        "actions": (actions[-1] or None) if actions else None,
        "observations": {
            name: list(shape[1:]) for name, shape in below(layout.OBS).items() if not name.startswith(datagen)
        },
        "states": {name.split("/")[1]: name.split("/")[0] for name in below(layout.STATES) if name.count("/") >= 2},
        "initial_state": bool(below(layout.INITIAL_STATE)),
        "eefs": sorted(below(layout.TARGET_EEF_POSE).keys() & below(layout.EEF_POSE).keys()),
        "objects": sorted(below(layout.OBJECT_POSE)),
    }


def _signals(reader: DatasetReader) -> dict[str, dict[str, Any]]:
    changes: dict[str, list[int]] = {}
    start = layout.TERM_SIGNALS + "/"
    for name in reader.episode_names:
        for path, (shape, dtype) in reader.shapes(name).items() if reader.has(name, layout.TERM_SIGNALS) else ():
            if not path.startswith(start):
                continue
            # A wrong signal is reported under `unfit`.
            sample = None
            if dtype.kind in "biuf" and shape[:1] == (reader.num_samples(name),):
                with suppress(Unreadable):
                    sample = first_change(reader.values(name, path))
            changes.setdefault(path.removeprefix(start), []).extend([] if sample is None else [sample])
    # In the order in which they change: the order of the subtasks.
    ordered = sorted(changes.items(), key=lambda item: (float(np.mean(item[1])) if item[1] else np.inf, item[0]))
    return {
        name: {"demos": len(at), "first": min(at, default=None), "last": max(at, default=None)} for name, at in ordered
    }


def _masks(reader: DatasetReader) -> dict[str, int | None]:
    counts: dict[str, int | None] = {}
    with suppress(DatasetError):
        for key in reader.masks:
            counts[key] = None
            with suppress(DatasetError):
                counts[key] = len(reader.mask(key))
    return counts


def _provenance(data_attrs: dict[str, Any], demos: list[dict[str, Any]]) -> dict[str, Any]:
    run = data_attrs.get(layout.ATTR_PROVENANCE)
    origins = [demo.get(layout.ATTR_PROVENANCE) for demo in demos]
    sources: Counter[str] = Counter()
    for demo in demos:
        sources.update(part.demo for parts in parts_of(demo).values() for part in parts)
    return {
        "run": for_json(run) if isinstance(run, dict) else {},
        "demos": sum(isinstance(origin, dict) for origin in origins),
        "seeds": len({demo[layout.ATTR_SEED] for demo in demos if layout.ATTR_SEED in demo}),
        "sources": {name: sources[name] for name in sorted(sources, key=layout.natural_order)},
    }


def _unfit(reader: DatasetReader, use: str, summary: dict[str, Any]) -> dict[str, str]:
    """Return why demonstrations cannot be used for a purpose: name -> reason. Values are not read."""
    observed = [layout.join(layout.OBS, name) for name in summary["observations"]]
    terms = {"generate": [layout.DATAGEN_INFO], "train": observed}.get(use, [layout.INITIAL_STATE])
    # Training drops the observation after the last action, which robomimic's files have.
    _, found = usable(reader, terms, values=False, last_observation=use == "train")
    return {name: finding.message for name, finding in found.items()}


def _first_unfit(unfit: dict[str, str]) -> str:
    (name, message), more = next(iter(unfit.items())), len(unfit) - 1
    return f"{name}: {message}" + (f"; and {more} more" if more else "")


def _lacks_marks(summary: dict[str, Any]) -> bool:
    """Whether there are demonstrations with actions, and all that generation lacks is their annotation."""
    annotated = summary["eefs"] and summary["objects"]
    return bool(summary["demos"]) and summary["actions"] is not None and not annotated


def _obstacle(use: str, summary: dict[str, Any]) -> str:
    """Return why a file cannot be used for a purpose; empty if it can."""
    if not summary["demos"]:
        return "it holds no demonstrations"
    if summary["actions"] is None:
        return "the demonstrations have no actions"
    if use in ("replay", "annotate") and not summary["initial_state"]:
        return "the demonstrations have no initial_state"
    if use == "train" and not summary["observations"]:
        return "the demonstrations have no observations"
    if use == "generate" and _lacks_marks(summary):
        return f"no {layout.DATAGEN_INFO}; annotate it first: mimic annotate --input {summary['path']} --output G"
    unfit = summary["unfit"][use]
    # Replay and annotate skip unfit demonstrations.
    if unfit and (use in ("train", "generate") or len(unfit) == summary["demos"]):
        return _first_unfit(unfit)
    silent = [name for name, signal in summary["signals"].items() if signal["demos"] < summary["demos"]]
    # A file without signals may be right: a task of a single subtask has none.
    return f"{', '.join(silent)} does not rise in every demonstration" if use == "generate" and silent else ""


def _demos_text(summary: dict[str, Any]) -> str:
    count = summary["demos"]
    if not count:
        return "none yet"
    if summary["success_unknown"] == count:
        return f"{count}, success not stated"
    unknown = f", {summary['success_unknown']} not stated" if summary["success_unknown"] else ""
    return f"{count}, of which {summary['successful']} successful{unknown}"


def _signal_text(name: str, signal: dict[str, Any], demos: int) -> str:
    if not signal["demos"]:
        return f"{name} never rises"
    span = str(signal["first"]) if signal["first"] == signal["last"] else f"{signal['first']} to {signal['last']}"
    return f"{name} first changes at sample {span}, in {signal['demos']} of {demos} demos"


def _provenance_text(provenance: dict[str, Any], demos: int) -> list[str]:
    run = history({layout.ATTR_PROVENANCE: provenance["run"]}, "generated")
    lines = []
    stated = [f"{key} {run[key]}" for key in ("input", "mode", "seed") if run.get(key) not in (None, "")]
    if stated:
        lines.append(", ".join(stated))
    if provenance["demos"]:
        lines.append(f"stated by {provenance['demos']} of {demos} demos, {provenance['seeds']} different seeds")
    if provenance["sources"]:
        lines.append("segments of " + ", ".join(f"{name} ({count})" for name, count in provenance["sources"].items()))
    return lines


def _named(entries: dict[str, Any], write: Any) -> str:
    return ", ".join(f"{name} ({write(value)})" for name, value in entries.items())


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    raise AssertionError
