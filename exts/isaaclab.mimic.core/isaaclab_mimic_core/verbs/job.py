# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Shared parts of all verbs: options of their output, and the job that they return."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import tyro

from ..terminal.streams import Streams

FLAT = tyro.conf.arg(name="")
"""Mark of options whose flags have no prefix."""


@dataclass(frozen=True)
class Output:
    """Options of a verb's output, and plug-ins to import."""

    json: bool = False
    """Events as JSON lines on standard output, everything else on standard error."""
    verbose: bool = False
    """Leave what libraries print on the terminal instead of in a log."""
    imports: Annotated[tuple[str, ...], tyro.conf.arg(name="import"), tyro.conf.UseAppendAction] = ()
    """Module, Python file or folder of a package to import first, which brings tasks, robots, devices, planners or
    learners; may be given several times. As the environment variable MIMIC_IMPORT."""


Job = Callable[[Streams, Output], int]
"""A verb with its arguments: a function that prints to the streams and returns the exit status."""
