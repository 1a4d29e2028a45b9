# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""One attempt of a run, as stored in `run.json`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..outcomes import AttemptOutcome, FailureCause

_SHARED = ("env", "success", "steps", "cause", "subtask", "sources", "placement")


@dataclass(frozen=True)
class Attempt(AttemptOutcome):
    """An attempt that has ended, and the time of its end."""

    at: float = field(kw_only=True)
    """Time of its end [s], since attempts began."""

    @classmethod
    def of(cls, outcome: AttemptOutcome, at: float) -> "Attempt":
        """Return the attempt for an outcome, with those fields that `run.json` stores."""
        return cls(outcome.attempt, **{name: getattr(outcome, name) for name in _SHARED}, at=at)

    def row(self) -> dict[str, Any]:
        """Return the attempt as plain data for `run.json`."""
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
