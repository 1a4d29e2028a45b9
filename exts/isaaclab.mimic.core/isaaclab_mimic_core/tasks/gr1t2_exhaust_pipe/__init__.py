# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""GR1T2 takes a pipe with its left hand, its right one lays it into a bin (isaaclab_tasks.contrib.pick_place)."""
