# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The tasks that can be asked for by name, and what each needs of the machine."""

from .catalog import TASKS, Task
from .names import find_task

__all__ = ["TASKS", "Task", "find_task"]
