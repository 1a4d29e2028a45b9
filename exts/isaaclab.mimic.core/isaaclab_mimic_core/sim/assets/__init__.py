# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Assets of a scene: NVIDIA's from the cloud, or local ones, built once and kept in the user's cache."""

from .cache import build_once, cache_root

__all__ = ["build_once", "cache_root"]
