# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The planners that come with this package. Nothing heavy is imported here."""

from ..plugins import PlannerSpec, register_planner

_LIFT = PlannerSpec(
    "lift", "Up, across above everything, down", planner="isaaclab_mimic_core.datagen.planning:LiftTravelDescend"
)


def register() -> None:
    """Register all of them."""
    register_planner(_LIFT)
