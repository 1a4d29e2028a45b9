# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""PhysX's interfaces as Isaac Lab uses them: counted, and a stage attached or not. Nothing moves."""

from collections import Counter

calls: Counter = Counter()
"""How often what was asked for."""


class _Counting:
    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)

        def count(*arguments, **named):
            calls[name] += 1

        return count


class PhysX(_Counting):
    """The interface."""

    def get_simulation_time(self) -> float:
        return 0.0

    def is_simulating(self) -> bool:
        return False


class Simulation(_Counting):
    """The simulation interface."""

    attached = 0

    def attach_stage(self, stage_id: int) -> None:
        calls["attach_stage"] += 1
        self.attached = stage_id

    def detach_stage(self) -> None:
        calls["detach_stage"] += 1
        self.attached = 0

    def get_attached_stage(self) -> int:
        return self.attached


_physx, _simulation = PhysX(), Simulation()


def get_physx_interface() -> PhysX:
    return _physx


def get_physx_simulation_interface() -> Simulation:
    return _simulation


def get_physx_replicator_interface() -> _Counting:
    return _Counting()
