# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Fabric's interface: counted."""

from collections import Counter

calls: Counter = Counter()


class _Fabric:
    def __getattr__(self, name: str):
        def count(*arguments):
            calls[name] += 1

        return count


def get_physx_fabric_interface() -> _Fabric:
    return _Fabric()
