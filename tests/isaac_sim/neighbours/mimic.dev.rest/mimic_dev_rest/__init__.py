# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Answers for what no package holds of Isaac Sim, so that the Python of the rest loads and shows its windows.

A module of Isaac Sim or Kit that nobody else finds is made up here: it has every name, and its functions return
something that has every name as well. `MADE_UP` lists them. Menus are not made up but kept in `MENUS`.
"""

import importlib.abc
import importlib.machinery
import sys
import types
from unittest.mock import MagicMock

import omni.ext

ROOTS = ("omni", "isaacsim", "usdrt", "carb")
NATIVE = (
    "isaacsim.core.simulation_manager.bindings._simulation_manager",
    "pxr.PhysxSchema",
    "pxr.PhysicsSchemaTools",
)
"""Modules that are there or thereabouts, but need Kit's own USD libraries."""
MADE_UP: list[str] = []
"""The modules that were asked for and are made up."""
MENUS: list[tuple[str, str, object]] = []
"""Menu, name and hotkey of every item that was added."""


class _AnyType(type):
    """A class with every name, for enumerations and static functions."""

    def __getattr__(cls, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        return MagicMock(name=f"{cls.__name__}.{name}")


class _Module(types.ModuleType):
    __path__: list = []

    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        if name.isupper():
            made = name
        elif name[:1].isupper():
            # What is spelt like a class may be inherited from.
            made = _AnyType(name, (), {"__init__": lambda self, *arguments, **named: None})
        else:
            made = MagicMock(name=name)
        setattr(self, name, made)
        return made


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name: str, path=None, target=None):
        *_, last = parts = name.split(".")
        # A name in a real package is no module.
        if name not in NATIVE and (parts[0] not in ROOTS or not (last.islower() or parts[0] == "usdrt")):
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        if spec.name == "omni.kit.menu.utils":
            return _menus()
        MADE_UP.append(spec.name)
        module = _Module(spec.name)
        if spec.name == "omni.usd":
            # No stage is open, and Kit's dispatcher wants an event's name to be text.
            module.get_context.return_value.get_stage.return_value = None
            module.get_context.return_value.stage_event_name = str
        if spec.name == "omni.timeline":
            module.get_timeline_interface.return_value.is_playing.return_value = False
        return module

    def exec_module(self, module) -> None:
        pass


def _menus() -> types.ModuleType:
    """Make omni.kit.menu.utils, which keeps what it is given."""
    module = _Module("omni.kit.menu.utils")

    class MenuItemDescription:
        def __init__(self, name: str = "", hotkey=None, sub_menu=None, onclick_fn=None, **others) -> None:
            self.name, self.hotkey, self.sub_menu, self.onclick_fn = name, hotkey, sub_menu or [], onclick_fn

    def add_menu_items(items: list, menu: str, *order, **others) -> list:
        for item in items:
            if item.sub_menu:
                add_menu_items(item.sub_menu, f"{menu}/{item.name}")
            elif item.name:
                MENUS.append((menu, item.name, item.hotkey))
        return items

    def remove_menu_items(items: list, menu: str, *others) -> None:
        pass

    class MenuHelperExtensionFull:
        """One window and its item in a menu, as omni.kit.menu.utils documents it."""

        def menu_startup(self, create, window: str, item: str, menu: str, **others) -> None:
            import omni.ui as ui

            MENUS.append((menu, item, None))
            self._window = None

            def show(visible: bool) -> None:
                if self._window is None:
                    self._window = create()
                self._window.visible = visible

            ui.Workspace.set_show_window_fn(window, show)

        def menu_shutdown(self) -> None:
            if self._window is not None:
                self._window.destroy()

    def get_instance() -> types.SimpleNamespace:
        return types.SimpleNamespace(get_menu_data=lambda: ([], {}, {}))

    for thing in (get_instance, MenuItemDescription, add_menu_items, remove_menu_items, MenuHelperExtensionFull):
        setattr(module, thing.__name__, thing)
    return module


class _Native(_Finder):
    def find_spec(self, name: str, path=None, target=None):
        return super().find_spec(name) if name in NATIVE else None


class Extension(omni.ext.IExt):
    """Answers last, for whoever has the real thing is asked first; but for what cannot be loaded."""

    def on_startup(self, ext_id: str) -> None:
        sys.meta_path.insert(0, _Native())
        sys.meta_path.append(_Finder())
