# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Policies: batches that live on the device, trainers, and policies that act in many environments at once.

robomimic (Mandlekar et al., "What Matters in Learning from Offline Human Demonstrations for Robot Manipulation",
CoRL 2021) brings the networks, the losses and the format of checkpoints. It is imported late: it is an extra.
"""
