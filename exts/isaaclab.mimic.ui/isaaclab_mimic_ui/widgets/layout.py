# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Containers: padded columns, cards, sections, scrolled columns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import omni.ui as ui

from . import style


@contextmanager
def padded(
    padding: int = style.PADDING,
    right: int = style.PADDING,
    spacing: int = style.GAP,
    height: ui.Length | None = None,
) -> Iterator[None]:
    """A column with room around it."""
    sizes = {} if height is None else {"height": height}
    with ui.HStack(**sizes):
        ui.Spacer(width=padding)
        with ui.VStack(spacing=0, **sizes):
            ui.Spacer(height=padding)
            with ui.VStack(spacing=spacing, **sizes):
                yield
            ui.Spacer(height=padding)
        ui.Spacer(width=right)


@contextmanager
def card(grows: bool = False, name: str = "card") -> Iterator[None]:
    """A box with a background, as high as what is in it or as high as there is room."""
    height = None if grows else ui.Pixel(0)
    sizes = {} if height is None else {"height": height}
    with ui.ZStack(**sizes):
        ui.Rectangle(name=name)
        with padded(height=height):
            yield


def section(title: str) -> ui.Label:
    """A small heading over a group of rows."""
    return ui.Label(title, name="section", height=18)


@contextmanager
def scrolled(spacing: int = style.GAP, horizontal: bool = False) -> Iterator[None]:
    """A column (or columns) of its own height, which is scrolled where there is less room."""
    stack = ui.HStack if horizontal else ui.VStack
    with (
        ui.ScrollingFrame(horizontal_scrollbar_policy=ui.ScrollBarPolicy.SCROLLBAR_ALWAYS_OFF),
        stack(height=0, spacing=spacing),
    ):
        yield
