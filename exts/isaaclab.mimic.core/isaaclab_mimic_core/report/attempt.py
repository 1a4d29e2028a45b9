# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""One attempt of a run, as a report keeps it."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Attempt:
    """One attempt that has ended; see `events.AttemptFinished` for the fields they share."""

    at: float
    """When it ended [s], since attempts began."""
    number: int
    env: int
    success: bool
    steps: int
    cause: str = ""
    subtask: str = ""
    sources: dict[str, list[int]] = field(default_factory=dict)
    placement: dict[str, list[float]] = field(default_factory=dict)
