# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""isaaclab_ov 3.0.0 gives PhysX eight worker threads on any machine.

On a machine with fewer cores they slow each other down, and the thread that waits for them; so do those of processes
that share a machine. The number does not change what is simulated.
"""

import contextlib
import functools
import os
from collections.abc import Iterator


@contextlib.contextmanager
def no_more_threads_than_cores() -> Iterator[None]:
    """Limit the worker threads of PhysX without Kit, while it starts, to the number of cores, or to OMP_NUM_THREADS.

    That variable, which torch and NumPy follow, is set by Ray and by Slurm's users for processes that share a machine.
    """
    import ovphysx

    make_config = ovphysx.PhysXConfig

    @functools.wraps(make_config)
    def make_for_this_machine(*args, num_threads=None, **kwargs):
        cores = len(os.sched_getaffinity(0))
        given = os.environ.get("OMP_NUM_THREADS", "")
        cores = min(cores, max(1, int(given))) if given.isdecimal() else cores
        threads = cores if num_threads is None else min(num_threads, cores)
        return make_config(*args, num_threads=threads, **kwargs)

    ovphysx.PhysXConfig = make_for_this_machine
    try:
        yield
    finally:
        ovphysx.PhysXConfig = make_config
