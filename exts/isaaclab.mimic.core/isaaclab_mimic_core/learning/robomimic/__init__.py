# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""robomimic (Mandlekar et al., "What Matters in Learning from Offline Human Demonstrations for Robot Manipulation",
CoRL 2021): its networks, losses, configurations and checkpoints, trained on batches that live on the device.

robomimic is an optional dependency, so it is imported only when it is needed.
"""
