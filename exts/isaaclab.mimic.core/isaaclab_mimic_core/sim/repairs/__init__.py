# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Repairs of defects in Isaac Lab 3.0.0 and its importers, one a file.

Each names the defect, and checks first whether the defect is present, so that it does nothing once the library is
fixed.
"""
