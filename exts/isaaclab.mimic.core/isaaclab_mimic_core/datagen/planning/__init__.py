# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Planned paths between segments instead of straight ones: upstream's SkillGen, with any planner."""

from .contract import Query, Transition, TransitionPlanner
from .lift_travel_descend import LiftTravelDescend

__all__ = ["LiftTravelDescend", "Query", "Transition", "TransitionPlanner"]
