# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""One attempt of a run, as a report keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..outcomes import AttemptOutcome, FailureCause

_SHARED = ("env", "success", "steps", "cause", "subtask", "sources", "placement")


@dataclass(frozen=True)
class Attempt(AttemptOutcome):
    """One attempt that has ended, and when."""

    at: float = field(kw_only=True)
    """When it ended [s], since attempts began."""

    @classmethod
    def of(cls, outcome: AttemptOutcome, at: float) -> "Attempt":
        """Return the attempt with the parts of an outcome that a report's file keeps."""
        return cls(outcome.attempt, **{name: getattr(outcome, name) for name in _SHARED}, at=at)

    def row(self) -> dict[str, Any]:
        """Return it as plain data, for a report's file."""
        return {"at": self.at, "number": self.attempt, **{name: getattr(self, name) for name in _SHARED}}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Attempt":
        """Return the attempt of a row, the inverse of `row`.

        Raises:
            KeyError: The row lacks a field.
            TypeError: The row has an unknown field.
        """
        values = {"cause": "", **row}
        at, number, cause = values.pop("at"), values.pop("number"), FailureCause(values.pop("cause"))
        return cls(number, cause=cause, **values, at=at)
