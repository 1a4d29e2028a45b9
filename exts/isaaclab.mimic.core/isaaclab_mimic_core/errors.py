# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Every error a user can cause, one class a cause.

A `MimicError` says what is wrong, where, and what to do. The command line prints it in one or two lines and exits
with `exit_code`; a panel shows it in place. Anything that is not a `MimicError` is a defect of ours and keeps its
traceback.
"""

import os.path
from dataclasses import dataclass

from .exit_status import WRONG_INPUT

ANNOTATE, ANNOTATE_BY_HAND, LOOK_INTO = "annotate", "annotate --manual", "info"
"""Verbs that a `Remedy` may name: those that do something about a file."""


@dataclass(frozen=True)
class Remedy:
    """What to do about an error, where that is another verb on a file: a window offers it as a button."""

    text: str
    """As a person on the command line reads it."""
    verb: str
    """One of the verbs above; empty if it is none of them."""
    file: str = ""
    """The file, if that is not the one where the error is (`MimicError.where`)."""

    def __str__(self) -> str:
        return self.text


class MimicError(Exception):
    """A problem the user can act on.

    Args:
        what: What is wrong, as a sentence without a full stop.
        where: The file, demo, field or option concerned.
        remedy: What to do about it: a text, or a `Remedy`.
        about: Part of the task's configuration that is concerned, such as `subtask_configs['left'][0]`; for files that
            say it by line.
    """

    exit_code = WRONG_INPUT

    def __init__(self, what: str, *, where: str | None = None, remedy: str | Remedy | None = None, about: str = ""):
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy if remedy is None else str(remedy)
        self.verb = remedy.verb if isinstance(remedy, Remedy) else ""
        """The verb that the remedy is; empty if it is none of those that a window offers."""
        self.file = (remedy.file or _file_in(where)) if isinstance(remedy, Remedy) else ""
        """The file for that verb, an absolute path; empty without a verb, or if the error is in no file."""
        self.about = about

    def __str__(self) -> str:
        first = f"{self.where}: {self.what}" if self.where else self.what
        return f"{first}\n  {self.remedy}" if self.remedy else first


def _file_in(where: str | None) -> str:
    """Return the file that a place begins with, such as `FILE, DEMO`; empty if it does with none."""
    named = where or ""
    while named and not os.path.isfile(named):
        named = named.rpartition(", ")[0]
    return os.path.abspath(named) if named else ""


class OptionError(MimicError):
    """An option has a value that cannot be used."""


class InputFileError(MimicError):
    """An input file is missing, unreadable, or not what it should be."""


class DatasetError(InputFileError):
    """A dataset opens, but a demonstration in it lacks something or holds impossible values."""


class OutputError(MimicError):
    """The output cannot be written where it was asked for."""


class NoSpaceError(OutputError):
    """The disk has no room for the output."""


class TaskError(MimicError):
    """The task is unknown, or cannot run on this machine."""


class DeviceError(MimicError):
    """The compute or input device asked for is not there."""


class ConfigError(MimicError):
    """A task's Mimic configuration contradicts itself; names the field and its value."""


class PluginError(MimicError):
    """A package that brings tasks, robots, devices, planners or learners says something that cannot be used."""


class PlatformError(MimicError):
    """This machine lacks something that has to be installed first."""
