# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Less overhead in each physics step, with the same results.

With few environments a step of Isaac Lab is mostly the overhead of small tensor operations, and inverse kinematics,
which runs in every physics step, is most of that: it takes as long as the physics itself at 64 environments on a CPU.
Action terms of one kernel each take its place, and what nobody reads is not computed.
"""

from .accelerations import compute_accelerations_on_demand
from .choice import use_fused_actions, use_fused_success

__all__ = ["compute_accelerations_on_demand", "use_fused_actions", "use_fused_success"]
