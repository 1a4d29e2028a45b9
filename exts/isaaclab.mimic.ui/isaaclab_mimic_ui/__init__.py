# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The Mimic window: omni.ui panels that start stages of `isaaclab_mimic_core` and show their events."""
