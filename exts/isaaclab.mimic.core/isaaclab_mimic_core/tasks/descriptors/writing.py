# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Write a task's Mimic configuration as a descriptor, with everything that its file can say."""

from collections.abc import Mapping
from typing import Any

import yaml

from .schema import CONSTRAINT, FRAME, POLICY, SCHEMES, SUBTASK, TYPES


def format_descriptor(
    cfg: Any, env: str, name: str = "", title: str = "", stated: Mapping[str, Any] | None = None
) -> str:
    """Return a configuration as a descriptor in YAML; reading it gives the same configuration.

    Args:
        cfg: A `MimicEnvCfg`, upstream's or our own.
        env: Name of the environment in gymnasium's registry.
        name: Name of the task; that of its data sets by default.
        title: What the task is, in words.
        stated: What else a descriptor said of it (`Descriptor.stated`).
    """
    # Imported only here, because it imports torch, which nobody needs who only names a task.
    from ...datagen.config import config_values, read_frames

    datagen, subtasks, constraints = config_values(cfg)
    algo = "skillgen" if datagen["use_skillgen"] else "dexmimicgen" if len(subtasks) > 1 else "mimicgen"
    content: dict[str, Any] = {
        "name": name or datagen["name"],
        "description": title,
        "algo": algo,
        "env": env,
        "generation_policy": _keyed(POLICY, datagen),
        **_frames(read_frames(cfg)),
        "subtasks": {eef: [_keyed(SUBTASK, each) for each in listed] for eef, listed in subtasks.items()},
    }
    if constraints:
        content["constraints"] = [_constraint(each) for each in constraints]
    content |= {key: _nested(value) for key, value in (stated or {}).items()}
    return _dump(content)


def format_content(content: Any) -> list[str]:
    """Return part of a descriptor, plain data, in lines of YAML; what holds nothing else is in one line."""
    return _dump(content, flow=None).splitlines()


def _dump(content: Any, flow: bool | None = False) -> str:
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120, default_flow_style=flow)


def _keyed(keys: dict[str, tuple[str, Any]], values: dict[str, Any]) -> dict[str, Any]:
    return {key: _plain(values[field]) for key, (field, _) in keys.items()}


def _frames(frames: Any) -> dict[str, Any]:
    """Return the frames by name, each in one line, without what it need not say; nothing if there are none."""
    said = {frame.name: _keyed(FRAME, vars(frame)) for frame in frames}
    return (
        {"frames": {name: _Line({k: v for k, v in each.items() if v is not None}) for name, each in said.items()}}
        if said
        else {}
    )


def _constraint(values: dict[str, Any]) -> dict[str, Any]:
    found = _keyed(CONSTRAINT, values)
    found["constraint_type"] = TYPES[int(values["constraint_type"])]
    found["coordination_scheme"] = SCHEMES[int(values["coordination_scheme"])]
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return _Row(map(_plain, value))
    return dict(value) if isinstance(value, dict) else value


def _nested(value: Any) -> Any:
    """Return plain data with points and bounds to be written in one line."""
    if isinstance(value, dict):
        return {key: _nested(each) for key, each in value.items()}
    if isinstance(value, list):
        numbers = all(isinstance(each, int | float) for each in value)
        return _Row(value) if numbers else [_nested(each) for each in value]
    return value


class _Row(list):
    """A list that is written in one line."""


class _Line(dict):
    """A mapping that is written in one line."""


class _Dumper(yaml.SafeDumper):
    """Indents lists below their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, False)


_Dumper.add_representer(
    _Row, lambda dumper, row: dumper.represent_sequence("tag:yaml.org,2002:seq", row, flow_style=True)
)
_Dumper.add_representer(
    _Line, lambda dumper, line: dumper.represent_mapping("tag:yaml.org,2002:map", line, flow_style=True)
)
