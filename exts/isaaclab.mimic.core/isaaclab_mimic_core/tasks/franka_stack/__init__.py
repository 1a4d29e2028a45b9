# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A Franka Panda stacks a red cube on a blue one and a green cube on the red one."""
