# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""GR1T2 moves an object from its left to its right (isaaclab_tasks.contrib.pick_place)."""
