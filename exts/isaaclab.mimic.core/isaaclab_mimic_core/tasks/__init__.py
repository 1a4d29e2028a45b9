# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The tasks that can be asked for by name, and what each needs of the machine."""

from .names import all_tasks, find_task
from .shipped import DEFAULT_TASK

__all__ = ["DEFAULT_TASK", "all_tasks", "find_task"]
