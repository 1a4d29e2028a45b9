# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a Mimic environment is, and how registered Isaac Lab environments become one."""

from .adapt import adapt
from .batched import BatchedEnv

__all__ = ["BatchedEnv", "adapt"]
