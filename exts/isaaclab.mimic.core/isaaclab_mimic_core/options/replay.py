# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Options of replaying demonstrations."""

from dataclasses import dataclass
from typing import Literal

from ..option import FILES, RUN, Role, option, redeclared
from .simulation import DemonstrationOptions
from .workers import WorkerOptions

_JUDGED = "How demonstrations are judged"
_FILE = "A file without what failed"


@dataclass(frozen=True)
class ReplayOptions(WorkerOptions, DemonstrationOptions):
    """Replay demonstrations and report which of them still succeed.

    mimic replay generated.hdf5 --validate
    """

    input: str = option("demos.hdf5", label="File of demonstrations", group=FILES, role=Role.INPUT_FILE)
    """File of demonstrations."""
    episodes: str = option("", label="Demonstrations", group=FILES)
    """Demonstrations to replay, by name, number or range: 3,demo_7,10-19; all by default."""
    by: Literal["actions", "states", "end"] = option("actions", label="Replay", group=RUN)
    """What to replay. actions: from the initial state, in physics; states: every recorded state, without physics; end:
    the last state."""
    num_envs: int = redeclared(DemonstrationOptions, "num_envs", 0, low=0)
    """Demonstrations to replay in parallel; 0: as the file says. That is as many as when it was generated, else
    16."""
    validate: bool = option(False, label="Fail on failures", group=_JUDGED)
    """End with status 1 if the task is not fulfilled after every demonstration."""
    tolerance: float = option(0.01, label="Tolerance", group=_JUDGED, unit="rad, m", low=0)
    """Difference above which a state deviates from the recording [rad, m]."""
    rest: float = option(1.0, label="Rest before it is judged", group=_JUDGED, unit="s", low=0, high=3600)
    """How long the scene rests after a demonstration before it is judged [s]."""
    drop_failed: str = option("", label="File without those that failed", group=_FILE, role=Role.OUTPUT_FILE)
    """File to write without the demonstrations that failed."""
    overwrite: bool = option(False, label="Replace that file if it exists", group=_FILE)
    """Replace that file if it exists."""
