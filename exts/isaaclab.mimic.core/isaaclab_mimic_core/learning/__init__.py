# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Policies: batches that live on the device, trainers, and policies that act in many environments at once.

What learns is a learner (`api.Learner`) in a folder of its own; rollouts, sweeps and results serve all of them.
"""
