# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Menus: what has been added to each, and which ticks it shows since it was last built."""


class MenuItemDescription:
    """An item, or a submenu of items."""

    def __init__(self, name: str, ticked: bool = False, ticked_fn=None, onclick_fn=None, sub_menu=None) -> None:
        self.name, self.ticked, self.ticked_fn = name, ticked, ticked_fn
        self.onclick_fn, self.sub_menu = onclick_fn, sub_menu


menus: dict[str, list] = {}
shown: dict[str, dict[str, bool]] = {}
"""Menu -> item -> whether a tick is shown."""


def add_menu_items(items: list, name: str, *arguments) -> list:
    menus.setdefault(name, []).extend(items)
    refresh_menu_items(name)
    return items


def remove_menu_items(items: list, name: str, *arguments) -> None:
    menus[name] = [item for item in menus.get(name, []) if item not in items]
    refresh_menu_items(name)


def refresh_menu_items(name: str, *arguments) -> None:
    ticks = shown[name] = {}

    def visit(items: list) -> None:
        for item in items:
            if item.sub_menu:
                visit(item.sub_menu)
            elif item.ticked_fn is not None:
                ticks[item.name] = item.ticked_fn()

    visit(menus.get(name, []))
