# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Verbs of the command line that need more than a few lines, by topic; `cli.py` has the others and lists all."""
