# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a panel needs of the window around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..file_dialog.listing import FileRequest
from ..host.base import Host
from ..keyboard.hotkeys import Hotkeys
from ..scene.settings import ViewSettings
from ..workflow import Workflow


@dataclass(frozen=True)
class PanelContext:
    """Handed to every panel."""

    host: Host
    hotkeys: Hotkeys
    on_editing: Callable[[bool], None]
    """Call it with whether text is being typed into a field."""
    ask: Callable[..., None]
    """Asks the user something; see `Question.ask`."""
    open_step: Callable[[str], Any]
    """Brings another step's panel to the front, and returns it."""
    choose_file: Callable[[FileRequest, Callable[[str], None]], None]
    """Lets the user choose a file, and hands the path to its second argument."""
    workflow: Workflow
    view: ViewSettings
    """Settings of the view of the scene."""
    enlarge: Callable[[bool], None]
    """Makes room for the panel alone, or for all again."""
    width: Callable[[], float]
    """[px] Width of the space for the panel; its contents may ask for more."""
    height: Callable[[], float]
    """[px] Height of the window, without its margins."""
