# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Finding and loading the real Kit kernel of the `omniverse-kit` wheel.

Kit adds folders to `sys.path` while it runs and expects `omni` to be a namespace package that follows. The `ovui`
wheel however ships an `omni/__init__.py`, which lists the folders that exist at its import, once. So `omni` is created
here, before anybody imports it, with a `__path__` that is looked up anew each time it is used.
"""

import importlib.machinery
import importlib.util
import os
import sys
import types
from pathlib import Path


class LiveNamespacePath(list):
    """The `__path__` of a namespace package: the folders of that name on `sys.path` as it is now."""

    def __init__(self, package: str) -> None:
        super().__init__()
        self._package = package

    def _folders(self) -> list[str]:
        candidates = dict.fromkeys(os.path.join(entry or os.getcwd(), self._package) for entry in sys.path)
        added = [folder for folder in super().__iter__() if folder not in candidates]
        return [folder for folder in candidates if os.path.isdir(folder)] + added

    def __iter__(self):
        return iter(self._folders())

    def __len__(self):
        return len(self._folders())

    def __getitem__(self, index):
        return self._folders()[index]

    def __contains__(self, folder):
        return folder in self._folders()

    def __repr__(self):
        return f"LiveNamespacePath({self._folders()})"


def make_omni_a_namespace() -> None:
    """Put an `omni` package with a live path into `sys.modules`."""
    if "omni" in sys.modules:
        raise RuntimeError("omni has been imported before the harness could prepare it")
    package = types.ModuleType("omni")
    package.__path__ = LiveNamespacePath("omni")
    package.__spec__ = importlib.machinery.ModuleSpec("omni", None, is_package=True)
    package.__spec__.submodule_search_locations = package.__path__
    sys.modules["omni"] = package


def find_kernel() -> Path:
    """Return the folder of the installed Kit kernel."""
    for entry in sys.path:
        folder = Path(entry, "omni")
        if (folder / "kit_app.py").is_file() and (folder / "kernel" / "py").is_dir():
            return folder
    raise RuntimeError("no Kit kernel is installed; the wheel is called omniverse-kit")


def load_kit_app() -> type:
    """Load the kernel's libraries into this process and return its class `KitApp`."""
    make_omni_a_namespace()
    spec = importlib.util.spec_from_file_location("kit_app", find_kernel() / "kit_app.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["kit_app"] = module
    spec.loader.exec_module(module)
    return module.KitApp
