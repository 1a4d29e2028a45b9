# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""isaaclab_ov 3.0.0 gives PhysX eight worker threads on any machine, and waits for them many times a step.

On two cores the thread that waits is faster without them: a step of the three-cube stack takes 4.2 ms instead of 5.8
with two threads in one environment, and 58 instead of 73 in 256. Beside other work each wait lasts until a core is free
for a thread, so that a step can take 50 times as long. The number does not change what is simulated.
"""

import contextlib
import functools
import os
from collections.abc import Iterator

FEW_CORES = 2
"""So many cores or fewer are better used by the thread that asks for a step alone."""
FEW_ENVIRONMENTS = 16
"""The same whatever the machine: there is too little to share."""


@contextlib.contextmanager
def fitting_threads(num_envs: int) -> Iterator[None]:
    """Choose the number of PhysX's worker threads, while it starts without Kit.

    None with few environments or few cores; else as many as Isaac Lab asks for, but no more than there are cores, or
    than OMP_NUM_THREADS says. That variable, which torch and NumPy follow, is set by Ray and by Slurm's users for
    processes that share a machine.

    Args:
        num_envs: Environments that will be simulated.
    """
    import ovphysx

    make_config = ovphysx.PhysXConfig

    @functools.wraps(make_config)
    def make_for_this_machine(*args, num_threads=None, **kwargs):
        cores = len(os.sched_getaffinity(0))
        given = os.environ.get("OMP_NUM_THREADS", "")
        cores = min(cores, int(given)) if given.isdecimal() else cores
        alone = cores <= FEW_CORES or num_envs <= FEW_ENVIRONMENTS
        threads = 0 if alone else cores if num_threads is None else min(num_threads, cores)
        return make_config(*args, num_threads=threads, **kwargs)

    ovphysx.PhysXConfig = make_for_this_machine
    try:
        yield
    finally:
        ovphysx.PhysXConfig = make_config
