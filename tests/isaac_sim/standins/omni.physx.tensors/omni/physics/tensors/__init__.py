# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Views of the simulation as Isaac Lab uses them, for scenes without rigid bodies."""

import enum

views: list = []
"""All that have been created."""


class ObjectType(enum.IntEnum):
    """What is at a path."""

    Articulation = 1


class _Backend:
    def initialize_kinematic_bodies(self) -> None:
        pass


class SimulationView:
    """Good until it is invalidated."""

    def __init__(self, stage_id: int) -> None:
        self.stage_id, self.valid = stage_id, True
        self._backend = _Backend()

    def set_subspace_roots(self, pattern: str) -> None:
        pass

    def update_articulations_kinematic(self) -> None:
        if not self.valid:
            raise RuntimeError("Simulation view object is invalidated and cannot be used again")

    def invalidate(self) -> None:
        self.valid = False


def create_simulation_view(frontend: str, stage_id: int = -1) -> SimulationView:
    views.append(SimulationView(stage_id))
    return views[-1]
