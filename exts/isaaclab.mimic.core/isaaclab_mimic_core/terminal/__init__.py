# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Terminal input and output: progress, keys, manual annotation, clean streams."""
