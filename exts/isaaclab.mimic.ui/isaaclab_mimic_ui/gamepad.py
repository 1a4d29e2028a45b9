# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The program's gamepad, while it is what drives."""

from __future__ import annotations

from collections.abc import Callable

from isaaclab_mimic_core import plugins

from .host.base import Host
from .session import Session


class GamepadLink:
    """Passes the host's gamepad on to a session whose device is driven with it.

    Args:
        host: The program around the window.
        session: What is driven.
        wanted: Whether the gamepad drives now; if not, every control reads as at rest.
    """

    def __init__(self, host: Host, session: Session, wanted: Callable[[], bool]) -> None:
        self._host, self._session, self._wanted = host, session, wanted
        self._stop: Callable[[], None] | None = None

    @property
    def listening(self) -> bool:
        """Whether the gamepad is listened to."""
        return self._stop is not None

    def follow(self) -> None:
        """Begin or end to listen, as the session's device asks for; to be called once a frame."""
        session = self._session
        device = plugins.DEVICES.get(session.snapshot.get("teleop_device", "")) if session.is_driven else None
        drives = device is not None and device.host_input == plugins.GAMEPAD
        if drives and self._stop is None:
            self._stop = self._host.listen_to_gamepad(session.request, self._wanted)
        elif not drives:
            self.close()

    def close(self) -> None:
        """End to listen. Harmless if it does not."""
        if self._stop is not None:
            self._stop()
            self._stop = None
