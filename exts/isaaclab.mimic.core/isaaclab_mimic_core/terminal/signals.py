# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""End a verb on Ctrl-C or SIGTERM, without losing either signal."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_asked = threading.Event()
"""Set once the verb has been asked to end."""


@contextmanager
def interruptible() -> Iterator[None]:
    """Raise `KeyboardInterrupt` on Ctrl-C and on SIGTERM, which schedulers, containers and our window send.

    A process that a script started in the background still ignores Ctrl-C.
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
    """Raise a lost `KeyboardInterrupt` again; call it between two pieces of work.

    Python raises it at any point of the program. Inside a callback of the garbage collector or of a weak reference, of
    which h5py has many, Python only prints it.
    """
    if _asked.is_set():
        raise KeyboardInterrupt
