# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Read a descriptor; whatever cannot be followed is refused with file, line and remedy."""

import contextlib
import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ...datagen.config_checks import (
    check_constraint,
    check_constraints,
    check_datagen,
    check_frame,
    check_subtask,
    check_subtasks,
)
from ...errors import ConfigError, DatasetError, InputFileError, Remedy
from ...robots.embodiment import Embodiment, read_embodiment
from ...yaml_file import Entry, read_yaml
from ..signals.expressions import Statement, read_signals, read_statement
from .schema import ALGOS, CONSTRAINT, ELSEWHERE, FRAME, POLICY, RUN, SCHEMES, SUBTASK, TYPES

REMEDY = "The keys of a descriptor: docs/own-task.md"
_REQUIRED = ("name", "subtasks")
_KEYS = (
    *_REQUIRED,
    "description",
    "algo",
    "env",
    "embodiment",
    "generation_policy",
    "frames",
    "constraints",
    "signals",
    "success",
)


@dataclass(frozen=True)
class Descriptor:
    """A task as its file says it. Fields of configurations are those of `envs.mimic_cfg`, as plain data."""

    name: str
    description: str
    env: str
    """Name of the environment in gymnasium's registry; empty if the file does not say."""
    policy: dict[str, Any]
    """Fields of `DataGenConfig`."""
    subtasks: dict[str, list[dict[str, Any]]]
    """Fields of each `SubTaskConfig` by end effector."""
    constraints: list[dict[str, Any]]
    """Fields of each `SubTaskConstraintConfig`."""
    frames: Mapping[str, dict[str, Any]] = dataclasses.field(default_factory=dict)
    """Fields of each `FrameConfig` by its name."""
    embodiment: Embodiment | None = None
    """What the robot's actions mean; None: what its action terms say."""
    signals: Mapping[str, Statement] = dataclasses.field(default_factory=dict)
    """Signals that are computed from the scene's state, by name."""
    success: Statement | None = None
    """What has to hold at the end; None: what the environment's own term says."""
    run: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """What the file's `generation_policy` says of a run (`schema.RUN`)."""
    stated: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """`embodiment`, `signals` and `success` as the file has them, for `writing`."""
    entries: Mapping[str, Entry] = dataclasses.field(default_factory=dict, compare=False, repr=False)
    """Part of a configuration, as `config_checks` calls it -> what says it; "" is the whole file."""

    @contextlib.contextmanager
    def at_its_lines(self) -> Iterator[None]:
        """Let errors about the configuration, inside this context, name file and line of what said it.

        Raises:
            InputFileError: Instead of a `ConfigError` about a part of the configuration.
            DatasetError: A demonstration does not fit a part of it; with its line.
        """
        try:
            yield
        except DatasetError as error:
            if not error.about or error.about not in self.entries:
                raise
            remedy = f"{error.remedy or ''} It is what {self.entries[error.about].where} asks for.".strip()
            raise DatasetError(error.what, where=error.where, remedy=Remedy(remedy, error.verb, error.file)) from error
        except ConfigError as error:
            if any(part and (error.where or "").endswith(part) for part in self.entries):
                raise _at_its_line(error, self.entries, self.entries[""]) from error
            raise


def read_descriptor(path: str, embodiment: str = "") -> Descriptor:
    """Read a descriptor.

    Args:
        path: The YAML file.
        embodiment: File of AutoData's embodiment; by default the one that the descriptor names, if any.

    Raises:
        InputFileError: A file cannot be read, has unknown keys, or a value that cannot be followed.
    """
    return read_yaml(path, partial(_read, embodiment=embodiment), REMEDY)


def text(entry: Entry | None, default: str = "") -> str:
    """Return a text.

    Raises:
        InputFileError: It is none.
    """
    value = default if entry is None else entry.plain
    if not isinstance(value, str):
        assert entry is not None
        raise entry.error(f"is {value!r}, but should be a text", "Put it in quotes.")
    return value


def _read(entry: Entry, embodiment: str) -> Descriptor:
    found = entry.known(_KEYS, _REQUIRED)
    algo = text(found.get("algo"), "")
    if algo and algo not in ALGOS:
        raise found["algo"].error(f"is {algo!r}, which is unknown", f"Use one of {', '.join(ALGOS)}, or leave it out.")
    policy, policy_entries = _policy(found.get("generation_policy"), algo)
    subtasks, subtask_entries = _subtasks(found["subtasks"], algo)
    if algo in ("mimicgen", "dexmimicgen") and (len(subtasks) > 1) != (algo == "dexmimicgen"):
        count = len(subtasks)
        raise found["algo"].error(f"is {algo}, but there are subtasks for {count} end effectors", "Leave algo out.")
    constraints, constraint_entries = _constraints(found.get("constraints"))
    entries = {"datagen_config": policy_entries.get("", entry)}
    entries |= {f"subtask_configs[{eef!r}][{index}]": each for (eef, index), each in subtask_entries.items()}
    entries |= {f"task_constraint_configs[{index}]": each for index, each in enumerate(constraint_entries)}
    entries |= {f"subtask_configs[{eef!r}]": each for eef, each in found["subtasks"].settings().items()}
    frames = found["frames"].settings() if "frames" in found else {}
    entries |= {f"frame_configs[{name!r}]": each for name, each in frames.items()}
    entries |= {"subtask_configs": found["subtasks"], "task_constraint_configs": found.get("constraints", entry)}
    _check_together(subtasks, constraints, entries, entry)
    body, eefs = found.get("embodiment"), list(subtasks)
    signals = read_signals(found["signals"], eefs) if "signals" in found else {}
    stated = {key: found[key].written for key in ("signals", "success") if key in found}
    robot = embodiment or ("" if body is None else str(Path(entry.path).parent / text(body)))
    robot = str(Path(robot).absolute()) if robot else None
    if robot is not None:
        stated = {"embodiment": robot, **stated}
    described = None if robot is None else read_embodiment(robot)
    if described is not None:
        _check_hands(found["subtasks"], described)
    return Descriptor(
        name=text(found["name"]),
        description=text(found.get("description")),
        env=text(found.get("env")),
        policy=policy,
        subtasks=subtasks,
        constraints=constraints,
        frames={name: _frame(name, each) for name, each in frames.items()},
        embodiment=described,
        signals=signals,
        success=read_statement(found["success"], eefs, list(signals)) if "success" in found else None,
        run={key: each.plain for key, each in policy_entries.items() if key in RUN},
        stated=stated,
        entries={"": entry, **entries},
    )


def _policy(entry: Entry | None, algo: str) -> tuple[dict[str, Any], dict[str, Entry]]:
    values = {field: default for field, default in POLICY.values()}
    if entry is None:
        return values | {"use_skillgen": algo == "skillgen"}, {}
    found = entry.known([*POLICY, *ELSEWHERE])
    for key, below in found.items():
        if key in ELSEWHERE:
            allowed, remedy = ELSEWHERE[key]
            if below.plain != allowed:
                raise below.error(f"is {below.plain!r}, but has no effect here", remedy)
        else:
            values[POLICY[key][0]] = below.plain
    if algo:
        if "use_skillgen" in found and found["use_skillgen"].plain is not (algo == "skillgen"):
            raise found["use_skillgen"].error(f"contradicts algo {algo}", "Leave it out.")
        values["use_skillgen"] = algo == "skillgen"
    fields = {POLICY[key][0]: below for key, below in found.items() if key in POLICY}
    _checked(check_datagen, values, fields, entry)
    return values, {**found, "": entry}


def _subtasks(entry: Entry, algo: str) -> tuple[dict[str, list[dict]], dict[tuple[str, int], Entry]]:
    subtasks: dict[str, list[dict]] = {}
    entries: dict[tuple[str, int], Entry] = {}
    for eef, listed in entry.settings().items():
        items = listed.items()
        if not items:
            raise listed.error("has no subtasks", "Every end effector needs at least one.")
        subtasks[eef] = [_subtask(each, algo) for each in items]
        entries |= {(eef, index): each for index, each in enumerate(items)}
    if not subtasks:
        raise entry.error("names no end effector", "Give each end effector a list of subtasks.")
    return subtasks, entries


def _subtask(entry: Entry, algo: str) -> dict[str, Any]:
    found = entry.known([*SUBTASK, "subtask_start_signal", "algo_params"])
    if (params := found.pop("algo_params", None)) is not None:
        allowed = ["subtask_start_offset_range"] if algo == "skillgen" else []
        found |= {} if params.plain is None else params.known(allowed)
    start = found.pop("subtask_start_signal", None)
    values: dict[str, Any] = {}
    for key, (field, default) in SUBTASK.items():
        value = found[key].plain if key in found else default
        if key in ("object_ref", "subtask_term_signal"):
            value = None if value == "" else value
        elif key == "selection_strategy_kwargs":
            # As written, so that no key is there twice.
            value = found[key].written if value else {}
        values[field] = tuple(value) if isinstance(value, list) else value
    if start is not None and start.plain not in (None, "", values[SUBTASK["subtask_term_signal"][0]]):
        raise start.error(
            f"is {start.plain!r}, but start marks have the name of their subtask's subtask_term_signal here",
            "Leave it out; mimic annotate --start-signals marks starts.",
        )
    for key in ("description", "next_subtask_description"):
        text(found.get(key))
    _checked(check_subtask, values, {SUBTASK[key][0]: each for key, each in found.items()}, entry)
    return values


def _check_hands(entry: Entry, embodiment: Embodiment) -> None:
    """Refuse subtasks for other end effectors than those of an embodiment."""
    names = [hand.name for hand in embodiment.hands]
    for eef, below in entry.settings().items():
        if eef not in names:
            raise below.error(
                f"{embodiment.path} describes no end effector {eef!r}",
                f"It has {', '.join(names)}: name them alike in both files.",
            )
    if left := [name for name in names if name not in entry.settings()]:
        raise entry.error(
            f"has no subtasks for {', '.join(left)}, which {embodiment.path} describes",
            "Give it one: that can be enough.",
        )


def _frame(name: str, entry: Entry) -> dict[str, Any]:
    found = entry.known(FRAME)
    values = {field: found[key].plain if key in found else default for key, (field, default) in FRAME.items()}
    _checked(partial(check_frame, name=name), values, {FRAME[key][0]: each for key, each in found.items()}, entry)
    return {field: tuple(value) if isinstance(value, list) else value for field, value in values.items()}


def _constraints(entry: Entry | None) -> tuple[list[dict[str, Any]], list[Entry]]:
    items = [] if entry is None or entry.plain in (None, []) else entry.items()
    return [_constraint(each) for each in items], items


def _constraint(entry: Entry) -> dict[str, Any]:
    found = entry.known(CONSTRAINT, ("constraint_type", "eef_subtask_constraint_tuple"))
    values: dict[str, Any] = {
        field: found[key].plain if key in found else default for key, (field, default) in CONSTRAINT.items()
    }
    for key, names in (("constraint_type", TYPES), ("coordination_scheme", SCHEMES)):
        field = CONSTRAINT[key][0]
        value = str(values[field]).lower()
        if value not in names:
            raise found[key].error(f"is {values[field]!r}, which is unknown", f"Use {' or '.join(names)}.")
        values[field] = names.index(value)
    kind = TYPES[values["constraint_type"]]
    for key, below in found.items():
        if key.startswith(TYPES) and not key.startswith(kind) and below.plain != CONSTRAINT[key][1]:
            raise below.error(f"has no effect on a {kind} constraint", "Leave it out.")
    field = CONSTRAINT["eef_subtask_constraint_tuple"][0]
    pairs = values[field]
    if isinstance(pairs, list) and all(isinstance(pair, list) for pair in pairs):
        values[field] = [tuple(pair) for pair in pairs]
    else:
        raise found["eef_subtask_constraint_tuple"].error(
            f"is {pairs!r}, but should be two pairs", "Write [[left, 1], [right, 0]]."
        )
    _checked(check_constraint, values, {CONSTRAINT[key][0]: each for key, each in found.items()}, entry)
    return values


def _checked(check: Any, values: dict[str, Any], entries: Mapping[str, Entry], entry: Entry) -> None:
    """Check values; the error names the line of the field that it is about."""
    try:
        check(SimpleNamespace(**values), where="")
    except ConfigError as error:
        field = error.what.split()[0]
        if field in entries:
            raise entries[field].error(error.what.removeprefix(f"{field} "), error.remedy) from error
        raise entry.error(error.what, error.remedy) from error


def _check_together(
    subtasks: dict[str, list[dict]], constraints: list[dict], entries: Mapping[str, Entry], whole: Entry
) -> None:
    """Refuse subtasks and constraints that contradict one another."""
    configs = {eef: [SimpleNamespace(**each) for each in listed] for eef, listed in subtasks.items()}
    try:
        check_subtasks(configs)
        check_constraints(configs, [SimpleNamespace(**each) for each in constraints])
    except ConfigError as error:
        raise _at_its_line(error, entries, whole) from error


def _at_its_line(error: ConfigError, entries: Mapping[str, Entry], whole: Entry) -> InputFileError:
    """Return an error about a configuration with file and line of what said it.

    Args:
        error: Its `where` ends with a part of a configuration, as `config_checks` calls it.
        entries: Such parts -> what said them.
        whole: The file.
    """
    where = error.where or ""
    part = max((part for part in entries if where.endswith(part)), key=len, default="")
    below = entries.get(part, whole)
    # The field that it begins with, if that is there.
    field = error.what.split()[0]
    named = below.settings().get(field) if re.search(r"\d\]$|^frame", part) else None
    what = error.what if named is None else error.what.removeprefix(f"{field} ")
    return (named or below).error(what, error.remedy)
