# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Connect a run with the application's timeline, whose pause and play buttons pause and resume the run."""

import contextlib
from collections.abc import Iterator
from typing import Any

from ...errors import TaskError


def timeline_stopped() -> TaskError:
    """Return the error for a stopped timeline, which invalidates everything that was simulated."""
    return TaskError(
        "the timeline was stopped, and the simulation with it",
        remedy="Start again. Pause on the toolbar lets a run rest.",
    )


@contextlib.contextmanager
def own_timeline() -> Iterator[Any]:
    """Yield the application's timeline with its own time stopped, because Isaac Lab steps the simulation.

    The toolbar's stop button is hidden meanwhile, as Isaac Lab's launcher does: a stop invalidates the simulation.
    """
    import omni.timeline  # type: ignore[import-not-found]

    timeline = omni.timeline.get_timeline_interface()
    auto_update, time = timeline.is_auto_updating(), timeline.get_current_time()
    # The timeline would reach its end or loop in the middle of a run.
    timeline.set_auto_update(False)
    try:
        with _without_stop_button():
            yield timeline
    finally:
        timeline.set_auto_update(auto_update)
        timeline.set_current_time(time)


@contextlib.contextmanager
def _without_stop_button() -> Iterator[None]:
    try:
        import omni.kit.widget.toolbar  # type: ignore[import-not-found]

        group = omni.kit.widget.toolbar.get_instance()._builtin_tools._play_button_group
        button = group._stop_button
    except (ImportError, AttributeError):
        # There is no toolbar, or one of another version.
        button = None
    if button is None:
        yield
        return
    before = button.visible, button.enabled
    button.visible = button.enabled = False
    # The group shows it again as soon as the timeline plays.
    group._stop_button = None
    try:
        yield
    finally:
        group._stop_button = button
        button.visible, button.enabled = before
