# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Action distributions of robomimic's policies, without torch's checks of their numbers."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch.distributions import Distribution


@contextmanager
def unchecked() -> Iterator[None]:
    """Do not check the numbers of torch's distributions in this context.

    For each check the host reads a number from the device: five times in a training step of a mixture, six times when
    a policy acts. Weights that are not finite are found at the end of an epoch, and when a checkpoint is loaded.
    """
    before = Distribution._validate_args
    Distribution.set_default_validate_args(False)
    try:
        yield
    finally:
        Distribution.set_default_validate_args(before)
