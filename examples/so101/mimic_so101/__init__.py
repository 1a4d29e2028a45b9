# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The SO-101 puts a cube on a pad: a task of Isaac Lab Mimic from outside its tree. Importing this registers it."""

from isaaclab_mimic_core.plugins import register_task

from .specs import TASK

register_task(TASK)
