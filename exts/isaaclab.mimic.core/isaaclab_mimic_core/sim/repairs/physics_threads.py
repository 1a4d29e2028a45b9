# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""isaaclab_ov 3.0.0 gives PhysX eight worker threads on any machine.

With fewer cores they stand in each other's way, and in the way of the thread that waits for them. What is simulated
does not depend on their number.
"""

import contextlib
import functools
import os
from collections.abc import Iterator


@contextlib.contextmanager
def no_more_threads_than_cores() -> Iterator[None]:
    """While PhysX without Kit starts, leave it no more worker threads than there are cores."""
    import ovphysx

    make_config = ovphysx.PhysXConfig

    @functools.wraps(make_config)
    def make_for_this_machine(*args, num_threads=None, **kwargs):
        cores = len(os.sched_getaffinity(0))
        threads = cores if num_threads is None else min(num_threads, cores)
        return make_config(*args, num_threads=threads, **kwargs)

    ovphysx.PhysXConfig = make_for_this_machine
    try:
        yield
    finally:
        ovphysx.PhysXConfig = make_config
