# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a step's last run has ended with: kept with the project, so that another window still shows it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from isaaclab_mimic_core import typed


@dataclass(frozen=True)
class LastRun:
    """A run that has ended."""

    outcome: str
    """How, see `session.State`."""
    ended: str
    """When: date and time of day."""
    results: list[str] = field(default_factory=list)
    """What it has made or found, in words; of a failed one, why."""
    numbers: dict[str, str] = field(default_factory=dict)
    """Caption -> number, as its panel showed them at the end; empty where nobody looked."""
    found: str = ""
    """What it has measured, in two words; empty for runs that measure nothing."""

    def to_text(self) -> str:
        """Return it as text, see `read_last_run`."""
        return json.dumps(asdict(self))


def read_last_run(text: str) -> LastRun | None:
    """Read the text of `LastRun.to_text`; None if there is none, or it is damaged."""
    try:
        return typed.read(LastRun, json.loads(text), "the last run")
    except ValueError:
        return None
