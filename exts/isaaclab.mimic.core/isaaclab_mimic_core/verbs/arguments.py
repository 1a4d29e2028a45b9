# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Arguments of verbs, where they differ from the options of the stage."""

from dataclasses import dataclass, fields
from typing import Any

import tyro

from ..errors import OptionError
from ..option import redeclared
from ..options import AnnotateByHandOptions, AnnotateOptions, PlayOptions, ReplayOptions, WorkerOptions


@dataclass(frozen=True)
class AnnotateArguments(WorkerOptions, AnnotateByHandOptions):
    """Arguments of `mimic annotate`, by re-simulation or by hand."""

    num_envs: int = 0
    """Number of environments in parallel; 0: 16, and 1 with --manual."""
    auto: bool = False
    """Annotate by replaying in simulation (the default)."""
    from_states: bool = redeclared(AnnotateOptions, "from_states")
    """Take a demonstration that does not succeed when it is played again from its recorded states."""
    manual: bool = False
    """Mark subtasks by hand while recorded states are played back."""

    def chosen(self) -> AnnotateOptions | AnnotateByHandOptions:
        """Return the options of the stage to run.

        Raises:
            OptionError: Options exclude each other.
        """
        if self.auto and self.manual:
            raise OptionError("--auto and --manual exclude each other", where="annotate")
        if self.marks != "none" and not self.manual:
            raise OptionError("marks can only be corrected by hand", where="--marks", remedy="Add --manual.")
        if self.manual and not self.from_states:
            raise OptionError("marking by hand only reads recorded states", where="--no-from-states --manual")
        if self.manual and self.is_shared:
            raise OptionError("one person marks by hand", where="--manual", remedy="Leave out --workers and --ray.")
        kind = AnnotateByHandOptions if self.manual else AnnotateOptions
        values: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(kind)}
        values["num_envs"] = self.num_envs or kind.num_envs
        return kind(**values)


@dataclass(frozen=True)
class ReplayArguments(ReplayOptions):
    """Arguments of `mimic replay`, with the file as a positional argument."""

    input: tyro.conf.Positional[str] = "demos.hdf5"
    """File of demonstrations."""


@dataclass(frozen=True)
class PlayArguments(PlayOptions):
    """Arguments of `mimic play`, without those of workers: one process plays."""

    workers: tyro.conf.Suppress[str] = redeclared(WorkerOptions, "workers")
    ray: tyro.conf.Suppress[str] = redeclared(WorkerOptions, "ray")
    worker_timeout: tyro.conf.Suppress[float] = redeclared(WorkerOptions, "worker_timeout")
