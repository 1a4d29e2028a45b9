# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A cube-stacking task without physics, for our generator and for upstream's, used by benchmarks and tests.

A step takes well under a millisecond, so a run measures the generator itself. It does not depend on a simulator, so the
choices of two generators can be compared exactly.

    from kinematic import KinematicStackEnv, run_attempts, scripted_demonstrations     # with benchmarks/ on sys.path
    from kinematic.upstream import UpstreamStackEnv, run_upstream                      # imports Isaac Lab's tasks
"""

from .batched_env import KinematicStackEnv, stack_config
from .demonstrations import scripted_demonstrations, write_annotated
from .run import run_attempts
from .world import StackWorld

__all__ = [
    "KinematicStackEnv",
    "StackWorld",
    "run_attempts",
    "scripted_demonstrations",
    "stack_config",
    "write_annotated",
]
