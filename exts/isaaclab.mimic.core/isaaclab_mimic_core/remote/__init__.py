# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A stage, or a verb, in a process of its own: the same events and requests, as JSON lines."""
