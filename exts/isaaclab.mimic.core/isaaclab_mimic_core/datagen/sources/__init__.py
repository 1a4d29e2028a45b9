# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Source demonstrations: cut into segments, kept on the device, selected for each subtask."""
