# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""isaaclab_ov 3.0.0 gives PhysX eight worker threads on any machine, and waits for them many times a step.

With few environments these waits take longer than what is shared out, and beside other work each lasts until a core is
free: on two cores with two busy loops a step in one environment takes 5 ms by the thread that asks for it, and 211 with
two others. With 64 environments these save a tenth of the time; with 32 it makes no difference (docs/benchmarks.md).
The number does not change what is simulated.
"""

import contextlib
import functools
import os
from collections.abc import Iterator

FEW_ENVIRONMENTS = 32
"""So many or fewer are simulated by the thread that asks for a step alone."""


@contextlib.contextmanager
def fitting_threads(num_envs: int) -> Iterator[None]:
    """Choose the number of PhysX's worker threads, while it starts without Kit.

    None with few environments or a single core; else as many as Isaac Lab asks for, but no more than there are cores,
    or than OMP_NUM_THREADS says. That variable, which torch and NumPy follow, is set by Ray and by Slurm's users for
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
        alone = cores <= 1 or num_envs <= FEW_ENVIRONMENTS
        threads = 0 if alone else cores if num_threads is None else min(num_threads, cores)
        return make_config(*args, num_threads=threads, **kwargs)

    ovphysx.PhysXConfig = make_for_this_machine
    try:
        yield
    finally:
        ovphysx.PhysXConfig = make_config
