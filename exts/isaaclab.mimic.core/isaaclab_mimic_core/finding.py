# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""One line of the doctor's report."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """What one check has found."""

    topic: str
    """What was looked at."""
    level: Literal["ok", "note", "problem", "unknown"]
    """ok; note: something optional is missing; problem: the main job does not run, something here is unusable or of
    another version than this was written for; unknown: it could not be asked."""
    text: str
    """What was found."""
    remedy: str = ""
    """What to do about it."""
