# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Tasks: find them by name, open them as environments, and list what each needs."""

from .names import all_tasks, find_task
from .shipped import DEFAULT_TASK

__all__ = ["DEFAULT_TASK", "all_tasks", "find_task"]
