# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Which planner plans the paths between segments. Nothing heavy is imported here: forms are made from it."""

from typing import TYPE_CHECKING

from ..errors import OptionError, PluginError
from ..plugins import PLANNERS, resolve

if TYPE_CHECKING:
    from .planning import TransitionPlanner

_UNPLANNED = ("task", "straight")
"""`task`: as its configuration says, with the generator's default planner if that wants planned paths."""


def choices() -> tuple[str, ...]:
    """Return what `--planner` takes."""
    return (*_UNPLANNED, *PLANNERS.all())


def wants_planned(choice: str) -> bool | None:
    """Return whether paths are planned; None: the task decides.

    Raises:
        OptionError: There is no such choice.
    """
    if choice not in choices():
        raise OptionError(f"{choice!r} is not one of {', '.join(choices())}", where="--planner")
    return None if choice == "task" else choice not in _UNPLANNED


def choice_of(planner: str | None) -> str:
    """Return what `--planner` calls the planner of a class, given by name; `straight` for None."""
    if planner is None:
        return "straight"
    classes = {
        spec.planner.rpartition(":")[2] if isinstance(spec.planner, str) else spec.planner.__name__: choice
        for choice, spec in PLANNERS.all().items()
    }
    return classes.get(planner, planner)


def planner_of(choice: str) -> "TransitionPlanner | None":
    """Return a new planner; None for choices that name none.

    Raises:
        PluginError: What is registered under that name cannot be loaded, or is no planner.
    """
    if choice in _UNPLANNED:
        return None
    planner = resolve(PLANNERS.find(choice, "--planner").planner)()
    waypoints = getattr(planner, "max_waypoints", None)
    if not callable(getattr(planner, "plan", None)) or not isinstance(waypoints, int) or waypoints < 1:
        raise PluginError("has no method plan() and no max_waypoints of 1 or more", where=f"planner {choice}")
    return planner
