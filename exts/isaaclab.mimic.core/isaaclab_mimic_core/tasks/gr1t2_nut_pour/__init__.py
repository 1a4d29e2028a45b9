# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""GR1T2 pours a nut from a beaker into a bowl, and puts both away (isaaclab_tasks.contrib.pick_place)."""
