# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A stage that runs: its runner, its messages, and the statistics of its events. This package has no widgets."""
