# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Whether this terminal's keys can be read."""

import sys

from ..listing import Listed


def probe() -> list[Listed]:
    """Say whether this terminal's keys can be read."""
    if sys.stdin and sys.stdin.isatty():
        return [Listed("keyboard", True, "this terminal's")]
    remedy = "Start in a terminal, or use the Mimic window."
    return [Listed("keyboard", False, "none: standard input is not a terminal", remedy)]
