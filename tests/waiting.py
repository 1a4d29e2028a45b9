# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""How tests wait: for what they want to see, however slow the machine is."""

import time
import types
from collections.abc import Callable

LIMIT = 600.0
"""[s] Reached only by what never comes, also on a machine that does much else."""
LONG = 1800.0
"""[s] The same for what takes a minute of work or more on a quiet machine: a run, a whole program."""


def wait_until(
    condition: Callable[[], object],
    what: str = "",
    meanwhile: Callable[[], object] = lambda: time.sleep(0.01),
    seen: Callable[[], object] | None = None,
    limit: float = LIMIT,
):
    """Wait until a condition holds, and return what it returned then.

    Args:
        condition: Looked at before each wait.
        what: What is waited for, for the message.
        meanwhile: Lets time pass: a pause, a frame, a step.
        seen: Returns what there is instead, for the message.
        limit: Time after which it is given up [s].

    Raises:
        TimeoutError: It did not hold within `limit`.
    """
    deadline = time.monotonic() + limit
    while not (found := condition()):
        if time.monotonic() > deadline:
            instead = f"; saw {seen()}" if seen is not None else ""
            raise TimeoutError(f"waited {limit:.0f} s for {what or 'a condition'}{instead}")
        meanwhile()
    return found


class Clock:
    """The time of a module, which passes only when the test says so.

    Args:
        module: A module that calls `time.monotonic()`.
        monkeypatch: Undoes it at the end of the test, if the process lives longer.
    """

    def __init__(self, module: types.ModuleType, monkeypatch=None) -> None:
        self.now = time.monotonic()
        clock = types.SimpleNamespace(monotonic=lambda: self.now)
        if monkeypatch:
            monkeypatch.setattr(module, "time", clock)
        else:
            module.time = clock
