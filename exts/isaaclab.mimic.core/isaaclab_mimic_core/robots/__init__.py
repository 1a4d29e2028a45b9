# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Robots: what end-effector poses and actions mean, for many environments at once. One folder a robot."""
