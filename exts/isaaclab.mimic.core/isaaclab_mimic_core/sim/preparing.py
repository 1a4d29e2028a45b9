# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Repairs that have to be in place before Isaac Lab is imported, by us or by a plug-in."""

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from .host import inside_isaac_sim, inside_kit
from .repairs.pinned_memory import allow_pinned_without_cuda


def prepare() -> None:
    """Repair the libraries whose functions Isaac Lab keeps references to once it is imported."""
    allow_pinned_without_cuda()
    _forget_kit()


def watch() -> None:
    """Call `prepare` when other code, such as a plug-in, imports Isaac Lab first."""
    if "isaaclab" not in sys.modules:
        # Kit imports this module again when the extension is enabled again: two hooks would call each other forever.
        sys.meta_path[:] = [_Watch(), *(finder for finder in sys.meta_path if not _watches(finder))]


def _watches(finder: object) -> bool:
    """Return whether a finder is a `_Watch`, of this module or of an earlier import of it."""
    return (type(finder).__module__, type(finder).__qualname__) == (_Watch.__module__, _Watch.__qualname__)


class _Watch(MetaPathFinder):
    """An import hook that finds Isaac Lab as usual and calls `prepare` when it is imported, not when it is searched."""

    def find_spec(self, fullname: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        if fullname != "isaaclab":
            return None
        others = (finder.find_spec(fullname, path, target) for finder in sys.meta_path if finder is not self)
        spec = next((found for found in others if found is not None), None)
        if spec is not None and spec.loader is not None:
            loader: Any = spec.loader
            execute = loader.exec_module

            def prepared(module: ModuleType) -> None:
                sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not self]
                allow_pinned_without_cuda()
                execute(module)
                _forget_kit()

            loader.exec_module = prepared
        return spec


def _forget_kit() -> None:
    """Keep Isaac Lab from using a bare Kit kernel, which lacks omni.usd, for a simulation that needs no Kit."""
    if inside_kit() and not inside_isaac_sim():
        import isaaclab.utils.version as version

        version.has_kit = lambda: False
