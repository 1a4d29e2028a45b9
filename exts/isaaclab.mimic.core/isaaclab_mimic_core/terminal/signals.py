# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Ending a verb: SIGTERM does it as Ctrl-C does, and neither gets lost."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_asked = threading.Event()
"""Somebody wants the verb to end."""


@contextmanager
def interruptible() -> Iterator[None]:
    """Raise `KeyboardInterrupt` on Ctrl-C, and on SIGTERM, by which schedulers, containers and our window end programs.

    A program that a script has started in the background ignores Ctrl-C, and goes on doing so.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def on_signal(*_) -> None:
        _asked.set()
        raise KeyboardInterrupt

    numbers = [signal.SIGTERM]
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        numbers.append(signal.SIGINT)
    before = {number: signal.signal(number, on_signal) for number in numbers}
    try:
        yield
    finally:
        _asked.clear()
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)


def raise_lost_interrupt() -> None:
    """Raise the `KeyboardInterrupt` that was raised before and is gone; for between two pieces of work.

    Python raises it wherever the program happens to be. In a callback of the garbage collector or of a weak reference,
    of which h5py has many, it is printed and forgotten.
    """
    if _asked.is_set():
        raise KeyboardInterrupt
