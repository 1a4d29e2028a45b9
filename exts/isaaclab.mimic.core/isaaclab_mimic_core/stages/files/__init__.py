# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Check the files that a stage reads and writes, save demonstrations, and resume earlier runs."""
