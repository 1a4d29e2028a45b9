# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Make archives of the extensions, for people to install from a registry."""

from .publish import PackageOptions, publish

__all__ = ["PackageOptions", "publish"]
