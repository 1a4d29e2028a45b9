# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Trajectories: a source segment is transformed to where its object is now, and led to by interpolation."""
