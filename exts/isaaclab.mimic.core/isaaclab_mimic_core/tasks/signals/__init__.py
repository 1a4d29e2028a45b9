# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Signals and success without code: a descriptor says what has to hold, and it is computed from a scene's state.

`expressions` is what can be said, `facts` the state that it is said of, `computing` makes the one of
the other, and `live` is the signals of running environments.
"""
