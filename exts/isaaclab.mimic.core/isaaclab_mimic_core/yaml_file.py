# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""YAML files written by users; errors name the line."""

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .errors import InputFileError

_LONGEST_NAME = 200
"""[characters] The rest of a longer name is not shown."""


@dataclass(frozen=True)
class Entry:
    """A value in a YAML file, with its place.

    Attributes:
        path: The file.
        name: Its keys, for messages; empty for the whole file.
        line: Line of its key, counted from 1.
    """

    path: str
    name: str
    line: int
    _node: yaml.Node
    _loader: yaml.SafeLoader
    _remedy: str

    @property
    def where(self) -> str:
        """File, line and name, for errors; a name that cannot be printed is escaped, and a long one cut."""
        place = f"{self.path}, line {self.line}"
        name = self.name if self.name.isprintable() else ascii(self.name)[1:-1]
        return f"{place}, {name:.{_LONGEST_NAME}}" if name else place

    @property
    def plain(self) -> Any:
        """The value as plain data.

        Raises:
            InputFileError: It is none, such as a date that does not exist.
        """
        try:
            value = self._loader.construct_object(self._node, deep=True)
        except (ValueError, KeyError, OverflowError) as error:
            raise self.error("is no value of YAML") from error
        if _holds_too_large(value):
            raise self.error("holds a number that is too large")
        return value

    @property
    def written(self) -> Any:
        """The value as plain data, with keys as they are written: in YAML 1.1 `on` would be True."""
        if isinstance(self._node, yaml.MappingNode):
            return {name: below.written for name, below in self.settings().items()}
        if isinstance(self._node, yaml.SequenceNode):
            return [each.written for each in self.items()]
        return self.plain

    def error(self, what: str, remedy: str | None = None) -> InputFileError:
        """Return an error that names the place of this value."""
        return InputFileError(what, where=self.where, remedy=remedy or self._remedy)

    def items(self) -> list["Entry"]:
        """Return the values of a list.

        Raises:
            InputFileError: It is no list.
        """
        if not isinstance(self._node, yaml.SequenceNode):
            raise self.error("should be a list")
        return [
            Entry(self.path, f"{self.name} {index}".strip(), node.start_mark.line + 1, node, self._loader, self._remedy)
            for index, node in enumerate(self._node.value)
        ]

    def settings(self) -> dict[str, "Entry"]:
        """Return the values of a mapping, by key.

        Raises:
            InputFileError: It is no mapping, or a key occurs twice.
        """
        if not isinstance(self._node, yaml.MappingNode):
            raise self.error("should be a mapping of settings")
        found: dict[str, Entry] = {}
        for key, value in self._node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            below = Entry(
                self.path, f"{self.name} {name}".strip(), key.start_mark.line + 1, value, self._loader, self._remedy
            )
            if name in found:
                raise below.error("is there twice")
            found[name] = below
        return found

    def known(self, keys: Iterable[str], required: Sequence[str] = ()) -> dict[str, "Entry"]:
        """Return the values of a mapping of these keys, by key.

        Raises:
            InputFileError: It is no mapping; or a key is unknown, missing, or there twice.
        """
        found, keys = self.settings(), list(keys)
        for key, below in found.items():
            if key not in keys:
                near = difflib.get_close_matches(key, keys, n=1)
                hint = (
                    f"Did you mean {near[0]}?" if near else f"There are {', '.join(keys)}." if keys else "Leave it out."
                )
                raise below.error(f"the key {key!r} is unknown", hint)
        for key in required:
            if key not in found:
                raise self.error(f"the key {key!r} is missing", f"Add {key}.")
        return found


def _holds_too_large(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_too_large, (*value.keys(), *value.values())))
    return any(map(_holds_too_large, value)) if isinstance(value, list) else type(value) is int and abs(value) >= 2**63


def read_yaml[T](path: str, read: Callable[[Entry], T], remedy: str = "See docs/rendering.md.") -> T:
    """Read a YAML file.

    Args:
        path: The file.
        read: Function of the whole file's entry; it raises errors with `Entry.error`.
        remedy: What to do about errors that do not say it themselves.

    Raises:
        InputFileError: The file cannot be opened, is no YAML, or `read` refuses it.
    """
    try:
        loader = yaml.SafeLoader(Path(path).read_text())
        node = loader.get_single_node()
        if node is None:
            raise InputFileError("is empty", where=path, remedy=remedy)
        return read(Entry(path, "", 1, node, loader, remedy))
    except OSError as error:
        raise InputFileError(f"cannot be read ({error.strerror})", where=path) from error
    except RecursionError as error:
        raise InputFileError("is nested too deeply", where=path, remedy=remedy) from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        where = path if line is None else f"{path}, line {line + 1}"
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise InputFileError(f"is no YAML ({reason})", where=where) from error
