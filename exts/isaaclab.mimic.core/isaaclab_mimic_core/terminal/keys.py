# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Pass keys typed in the terminal to a stage that a device drives."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from ..devices import find_device
from ..devices.hosts.terminal import TerminalKeys, check_terminal
from ..errors import DeviceError
from ..options import DrivenOptions
from ..plugins import DEVICES, GAMEPAD, KEYS, DeviceSpec
from ..stages.stage import Stage

_ANSWER_WAIT = 1.0
"""Time after which a terminal that has not answered counts as one that does not report key releases [s]."""
_NO_RELEASES = (
    "  This terminal does not tell when a key is let go: keys do not combine, and there is a stop before a held key\n"
    "  repeats. kitty, foot, WezTerm, Ghostty and Alacritty do; so does the Mimic window."
)


def check_keys(options: object) -> None:
    """Check, before anything is opened, that a terminal can drive the chosen device.

    Raises:
        DeviceError: Keys drive it and there is no terminal, or a gamepad does, which only Kit reads.
    """
    device = _driving(options)
    if device is not None and device.host_input == KEYS:
        check_terminal()
    elif device is not None and device.host_input == GAMEPAD:
        others = [name for name, spec in DEVICES.all().items() if spec.live and spec.host_input != GAMEPAD]
        raise DeviceError(
            "gamepads are read by Kit, not by a terminal",
            where=f"--teleop-device {device.name}",
            remedy=f"Use the Mimic window in Isaac Sim, or --teleop-device {' or '.join(others)}.",
        )


def _driving(options: object) -> DeviceSpec | None:
    """Return the device that drives a stage with these options; None if none does."""
    return find_device(options.teleop_device) if isinstance(options, DrivenOptions) else None


@contextmanager
def keys_for(stage: Stage, options: object, out: TextIO) -> Iterator[Callable[[], None]]:
    """Yield a function that passes typed keys to the stage; call it after every step.

    With a script it does nothing. With any other device R, P and Esc work.
    """
    device = _driving(options)
    if device is None or not device.live or not (sys.stdin and sys.stdin.isatty()):
        yield lambda: None
        return

    def press(name: str, pressed: bool, at: float) -> None:
        if not stage.done:
            stage.request("key", key=name, pressed=pressed, at=at)

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
                if device.host_input == KEYS and not keys.tells_releases:
                    print(_NO_RELEASES, file=out)

        yield poll
