# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Action terms that do what Isaac Lab's do in one kernel a physics step.

With few environments a step of Isaac Lab is mostly the overhead of small tensor operations, and inverse kinematics,
which runs in every physics step, is most of that: it takes as long as the physics itself at 64 environments on a CPU.
"""

from .choice import use_fused_actions

__all__ = ["use_fused_actions"]
