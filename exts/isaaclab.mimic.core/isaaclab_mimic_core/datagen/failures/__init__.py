# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""How attempts fail: one kind a file, each a `FailureCheck`.

A further kind is a member of `outcomes.FailureCause`, a file here, and a line in `registry.CHECKS`.
"""
