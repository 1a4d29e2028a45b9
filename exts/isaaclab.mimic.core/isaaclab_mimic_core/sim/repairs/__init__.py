# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Workarounds for defects in Isaac Lab 3.0.0 and its importers, one per file.

Each describes the defect, and first checks whether it is present, so that it does nothing once the library is fixed.
"""
