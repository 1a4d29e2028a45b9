# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Record demonstrations with a teleoperation device or a script; drive without recording."""
