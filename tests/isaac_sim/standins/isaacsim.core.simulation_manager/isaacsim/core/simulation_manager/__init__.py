# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The manager as Isaac Lab meets it: two names in the package, and the class in a module of its own."""

from .impl.simulation_manager import IsaacEvents, SimulationManager

__all__ = ["IsaacEvents", "SimulationManager"]
