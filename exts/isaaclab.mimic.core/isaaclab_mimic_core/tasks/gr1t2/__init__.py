# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What the tasks of isaaclab_tasks.contrib.pick_place with GR1T2 have in common."""
