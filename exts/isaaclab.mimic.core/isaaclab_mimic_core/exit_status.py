# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a process of ours ends with: a command, a worker."""

DONE = 0
FINDINGS = 1
"""Done, and something was found that somebody should look at."""
WRONG_INPUT = 2
"""The user's input was wrong; nothing was written or lost."""
INTERRUPTED = 3
UNEXPECTED = 70
"""An error of ours, which leaves its traceback: EX_SOFTWARE of sysexits.h."""
