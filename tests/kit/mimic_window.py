# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Helpers for tests of the window, for use inside Kit."""

import asyncio
import functools
import gc
import threading
import types
from collections import Counter
from pathlib import Path

COUNTING = "counting_stage:CountingStage"
ACCENT = (0x76, 0xB9, 0x00)


def open_window(kit, step: str = "generate"):
    """Open the window as Kit's menus and layouts do: by its title.

    Args:
        kit: The running Kit.
        step: Whose panel a new window shows then; `start` for the page that it opens on.
    """
    import omni.ui as ui

    from isaaclab_mimic_ui.extension import get_window
    from isaaclab_mimic_ui.window import TITLE

    ui.Workspace.show_window(TITLE)
    window = get_window()
    window.window.position_x, window.window.position_y = 60, 30
    # From then on it can be clicked, and its size is known.
    kit.middle_of(window.rail.items["preview"])
    if window.chosen == "start" != step:
        window.open_step(step)
        kit.middle_of(lambda: window.panels[step].button)
    return window


def fill_in(window, folder: Path, stage: str = COUNTING, more: dict | None = None, **values) -> None:
    """Fill the form in so that it can be started.

    Args:
        window: The Mimic window.
        folder: Where input and output are.
        stage: The stage that the button starts.
        more: Options of the stage that the form does not have.
        **values: Values for the form.
    """
    source = folder / "annotated.hdf5"
    source.touch()
    panel = window.panel("generate")
    window.session.stage = stage
    for name, value in {"input": str(source), "output": str(folder / "generated"), **values}.items():
        if name == "in_worker":
            panel.worker.set_value(value)
        else:
            panel.entries[name].value = value
    options = window.session.choices.options
    window.session.choices.options = lambda: options() | (more or {})


def has_saved(window, count: int) -> bool:
    return window.session.saved >= count


def has_ended(window) -> bool:
    return not window.session.state.is_active


def describe_process() -> dict:
    """Return what an extension could leave behind in this process."""
    import carb.eventdispatcher
    import omni.kit.app
    import omni.ui as ui

    gc.collect()
    dispatcher = carb.eventdispatcher.get_eventdispatcher()
    things = gc.get_objects()
    # Not the workspace's windows: ovui 0.1.1 goes on listing one that was destroyed if its title was used before.
    return {
        "show functions": sorted(ui.Workspace.get_show_window_titles()),
        # The pool of Kit's loop is everybody's: it grows with what is asked of it at once, and never shrinks.
        "threads": sorted(each.name for each in threading.enumerate() if not each.name.startswith("asyncio_")),
        "tasks": sorted(str(task.get_coro()) for task in asyncio.all_tasks(asyncio.get_event_loop())),
        "children": sorted(
            pid for file in Path("/proc/self/task").glob("*/children") for pid in file.read_text().split()
        ),
        "objects": sorted(
            type(thing).__qualname__ for thing in things if str(type(thing).__module__).startswith("isaaclab_mimic")
        ),
        # Whatever has been subscribed to anything holds one of these.
        "inner functions": sorted(
            thing.__qualname__
            for thing in things
            if isinstance(thing, types.FunctionType)
            and "<locals>" in thing.__qualname__
            and str(thing.__module__).startswith("isaaclab_mimic_ui")
        ),
        "observers of updates": sorted(
            observer.name
            for stage in ("PRE_UPDATE", "UPDATE", "POST_UPDATE")
            for observer in dispatcher.get_observers([getattr(omni.kit.app, f"GLOBAL_EVENT_{stage}")])
        ),
        "input": dict(_input_balance),
    }


_input_balance: Counter = Counter()


def count_input_subscriptions() -> None:
    """Count from now on what is subscribed to at carb.input and not given back; `describe_process` tells."""
    import carb.input

    kinds = ("action_events", "gamepad_connection_events", "gamepad_events", "input_events", "keyboard_events")
    for kind in (*kinds, "mouse_events"):
        for word, change in (("subscribe", 1), ("unsubscribe", -1)):
            name = f"{word}_to_{kind}"
            setattr(carb.input.IInput, name, _counted(getattr(carb.input.IInput, name), kind, change))


def _counted(function, kind: str, change: int):
    @functools.wraps(function)
    def counted(*arguments, **named):
        answer = function(*arguments, **named)
        _input_balance[kind] += change
        return answer

    return counted


def count_pixels(picture: Path, colour: tuple[int, int, int], tolerance: int = 12) -> int:
    """Return how many pixels of a picture have a colour."""
    import numpy as np
    from PIL import Image

    pixels = np.asarray(Image.open(picture).convert("RGB")).astype(int)
    return int((abs(pixels - np.array(colour)).max(axis=-1) <= tolerance).sum())
