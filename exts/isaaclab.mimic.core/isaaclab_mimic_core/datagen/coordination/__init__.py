# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Constraints between end effectors: which one waits for which, and which move together (`constraints.py`)."""
