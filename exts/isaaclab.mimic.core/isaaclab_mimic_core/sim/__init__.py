# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Where simulation runs: the one door is `open_env`."""

from .open_env import open_env

__all__ = ["open_env"]
