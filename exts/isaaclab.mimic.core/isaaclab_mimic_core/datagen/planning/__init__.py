# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Planned ways between segments, instead of straight ones: upstream's SkillGen, with any planner."""

from ...errors import OptionError
from .contract import Query, Transition, TransitionPlanner
from .lift_travel_descend import LiftTravelDescend

__all__ = ["LiftTravelDescend", "Query", "Transition", "TransitionPlanner", "planner_of", "wants_planned"]

PLANNERS = {"lift": LiftTravelDescend}
CHOICES = ("task", "straight", *PLANNERS)
"""`task`: as its configuration says, with the generator's default planner if it wants planned ways."""


def wants_planned(choice: str) -> bool | None:
    """Return whether ways are planned; None: the task decides.

    Raises:
        OptionError: There is no such choice.
    """
    if choice not in CHOICES:
        raise OptionError(f"{choice!r} is not one of {', '.join(CHOICES)}", where="--planner")
    return None if choice == "task" else choice in PLANNERS


def planner_of(choice: str) -> TransitionPlanner | None:
    """Return a new planner; None for choices that name none."""
    return PLANNERS[choice]() if choice in PLANNERS else None
