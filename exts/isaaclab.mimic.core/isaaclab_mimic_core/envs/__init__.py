# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The Mimic environment: its batched contract over Isaac Lab's environments, recording, and configuration."""

from .adapt import adapt, robot_of
from .batched import BatchedEnv

__all__ = ["BatchedEnv", "adapt", "robot_of"]
