# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Signals of tasks with GR1T2, which upstream has marked by hand."""

from collections.abc import Callable
from typing import Any


def for_local_objects[S](kind: Callable[[Any], S]) -> Callable[[Any], S | None]:
    """Return what a `TaskSpec.signals` names, for signals that know the sizes of the local objects.

    Args:
        kind: Makes the signals of a `BatchedEnv` of the task.

    Returns:
        A function that does so, and returns None where the objects are the cloud's.
    """

    def signals_of(env: Any) -> S | None:
        return kind(env) if env.info["assets"] == "local" else None

    return signals_of
