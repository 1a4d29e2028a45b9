# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Fabric's view of a stage in which nothing moves: whatever is selected, it is no prim."""

import types


class _Names:
    """The names of types are their names."""

    def __getattr__(self, name: str) -> str:
        return name


Sdf = types.SimpleNamespace(ValueTypeNames=_Names())


class _Selection:
    __fabric_arrays_interface__ = {
        "version": 1,
        "device": "cpu",
        "attribs": {
            "omni:fabric:worldMatrix": {
                "type": (True, "f8", 16, 0, "matrix"),
                "access": 1,
                "pointers": [],
                "counts": [],
            }
        },
    }

    def PrepareForReuse(self) -> bool:
        return False


class _Stage:
    @staticmethod
    def Attach(stage_id: int) -> "_Stage":
        return _Stage()

    def SelectPrims(self, **what) -> _Selection:
        return _Selection()


Usd = types.SimpleNamespace(Stage=_Stage, Access=types.SimpleNamespace(Read=1))
