# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What all verbs have in common: how they answer, and the job that they return."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import tyro

from ..terminal.streams import Streams

FLAT = tyro.conf.arg(name="")
"""Marks options whose flags have no prefix."""


@dataclass(frozen=True)
class Output:
    """How to answer."""

    json: bool = False
    """Events as JSON lines on standard output, everything else on standard error."""
    verbose: bool = False
    """Leave what libraries print on the terminal instead of in a log."""
    imports: Annotated[tuple[str, ...], tyro.conf.arg(name="import"), tyro.conf.UseAppendAction] = ()
    """Module, Python file or folder of a package to import first, which brings tasks, robots, devices, planners or
    learners; may be given several times. As the environment variable MIMIC_IMPORT."""


Job = Callable[[Streams, Output], int]
"""A verb with its arguments: prints through the streams and returns the exit status."""
