# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The programs for a pretended device, by name, and what several of them need."""

from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from pretend import CUDA

NUM_ENVS = 3

PROGRAMS: dict[str, Callable[[Any], None]] = {}


def program(name: str) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Register a program; it gets the waits, to clear them after what happens once."""

    def add(function: Callable[[Any], None]) -> Callable[[Any], None]:
        PROGRAMS[name] = function
        return function

    return add


@cache
def demonstrations() -> Any:
    """Return demonstrations of the kinematic stack by a script, on the host."""
    from kinematic import scripted_demonstrations

    return scripted_demonstrations()


def planted(fault: Callable[[torch.Tensor], torch.Tensor]) -> Callable[[Any], None]:
    """Return a program that does one thing wrong with poses on the device."""

    def run(waits: Any) -> None:
        with torch.device(CUDA):
            poses = torch.eye(4).repeat(NUM_ENVS, 1, 1)
        waits.clear()
        fault(poses)

    return run
