# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Hosts pass keys and gamepad controls to devices: a terminal, or Kit through carb.input."""
