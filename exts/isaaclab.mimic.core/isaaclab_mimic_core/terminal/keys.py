# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Pass keys typed in the terminal to a stage that a device drives."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from ..devices import is_live
from ..devices.hosts.terminal import TerminalKeys, check_terminal
from ..errors import DeviceError
from ..stages.stage import Stage

_ANSWER_WAIT = 1.0
"""[s] A terminal that has not answered by then does not report key releases."""
_NO_RELEASES = (
    "  This terminal does not tell when a key is let go: keys do not combine, and there is a stop before a held key\n"
    "  repeats. kitty, foot, WezTerm, Ghostty and Alacritty do; so does the Mimic window."
)


def check_keys(options: Any) -> None:
    """Check, before anything is opened, that a terminal can drive the chosen device.

    Raises:
        DeviceError: The keyboard is chosen and there is no terminal, or a gamepad, which only Kit reads.
    """
    device = getattr(options, "teleop_device", "")
    if device == "keyboard":
        check_terminal()
    elif device == "gamepad":
        raise DeviceError(
            "gamepads are read by Kit, not by a terminal",
            where="--teleop-device gamepad",
            remedy="Use the Mimic window in Isaac Sim, or --teleop-device keyboard or spacemouse.",
        )


@contextmanager
def keys_for(stage: Stage, options: Any, out: TextIO) -> Iterator[Callable[[], None]]:
    """Yield a function to call after every step; it passes typed keys on.

    Scripts need no keys. R, P and Esc work with every other device.
    """
    if not is_live(getattr(options, "teleop_device", "scripted")) or not (sys.stdin and sys.stdin.isatty()):
        yield lambda: None
        return

    def press(name: str, pressed: bool) -> None:
        if not stage.done:
            stage.request("key", key=name, pressed=pressed)

    def release() -> None:
        if not stage.done:
            stage.request("release")

    with TerminalKeys(press, release, sys.stdin.fileno()) as keys:
        asked_at: float | None = time.monotonic()

        def poll() -> None:
            nonlocal asked_at
            keys.poll()
            if asked_at is not None and time.monotonic() - asked_at > _ANSWER_WAIT:
                asked_at = None
                if options.teleop_device == "keyboard" and not keys.tells_releases:
                    print(_NO_RELEASES, file=out)

        yield poll
