# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Drive a stage from a terminal: step it when it is due, and turn Ctrl-C and SIGTERM into a clean stop."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..events import Event, StageFinished, Warned
from .stage import Stage

_ENDING = (signal.SIGINT, signal.SIGTERM)
_LONGEST_NAP = 0.05
"""[s] Longest sleep, so that Ctrl-C is answered at once."""


def drive(
    stage: Stage,
    on_events: Callable[[list[Event]], None] | None = None,
    each_step: Callable[[], None] | None = None,
) -> StageFinished | None:
    """Run a stage to its end, and close it whatever happens.

    The first Ctrl-C (or SIGTERM) asks the stage to stop, which leaves complete files. A second one raises
    `KeyboardInterrupt` wherever the stage is. Signal handlers are only set in the main thread, as Python requires.

    Args:
        stage: The stage to run.
        on_events: Called after each step that had events.
        each_step: Called after every step.

    Returns:
        The stage's last event, or None if it ended without one.

    Raises:
        MimicError: The stage failed, for the caller to show.
        KeyboardInterrupt: Ctrl-C was pressed twice.
    """
    tell = on_events or (lambda events: None)
    ending = None
    with stage, _interrupts() as interrupted:
        stop_requested = False
        while not stage.done:
            if interrupted.is_set() and not stop_requested:
                stop_requested = True
                stage.request("stop")
                tell([Warned("Stopping cleanly; press Ctrl-C again to abort.")])
            events = stage.step()
            if events:
                ending = next((event for event in events if isinstance(event, StageFinished)), ending)
                tell(events)
            if each_step:
                each_step()
            # Read `due` once: while a stage rests, it always returns a moment from now.
            due = stage.due
            while not interrupted.is_set() and not stage.done and (wait := due - time.monotonic()) > 0:
                time.sleep(min(wait, _LONGEST_NAP))
    return ending


@contextmanager
def _interrupts() -> Iterator[threading.Event]:
    """Yield a flag that the first Ctrl-C or SIGTERM sets; later ones have their usual effect."""
    flag = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield flag
        return

    def restore() -> None:
        for number, handler in previous.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)

    def on_interrupt(*_) -> None:
        restore()
        flag.set()

    previous = {number: signal.getsignal(number) for number in _ENDING}
    for number in _ENDING:
        signal.signal(number, on_interrupt)
    try:
        yield flag
    finally:
        restore()
