# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a scene is built from when the cloud's assets cannot be had: built once, kept in the user's cache."""

from .cache import build_once, cache_root

__all__ = ["build_once", "cache_root"]
