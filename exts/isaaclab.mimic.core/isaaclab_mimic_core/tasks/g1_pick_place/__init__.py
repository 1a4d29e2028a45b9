# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""G1 picks an object up, carries it along a table, and puts it down (isaaclab_tasks.contrib.locomanip_pick_place)."""
