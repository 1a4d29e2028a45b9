# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Exit statuses of commands and workers."""

DONE = 0
FINDINGS = 1
"""Done, with findings that a user should look at."""
WRONG_INPUT = 2
"""The user's input was wrong; nothing was written or lost."""
INTERRUPTED = 3
UNEXPECTED = 70
"""A defect of ours, with its traceback: EX_SOFTWARE of sysexits.h."""
