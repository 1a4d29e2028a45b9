# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""When keys went down and up, in a window of the X Window System.

omni.ui hands keys out once a frame, and a key's press and release never in the same frame. So a window that paints
slowly sees a short press late and long. X has written the server's time on each event; here it is read from the events
that wait for the next frame, which stay where they are.

Source: XCheckIfEvent, XEventsQueued, XConnectionNumber and XKeyEvent of Xlib; glfwGetX11Display and glfwGetKeyScancode
of GLFW.
"""

from __future__ import annotations

import asyncio
import ctypes
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence

_PRESS, _RELEASE = 2, 3
"""Types of X events."""
_QUEUED_AFTER_READING = 1
"""Mode of XEventsQueued: events that the server has sent are counted, too."""
_LARGEST_EVENT = 192
"""[bytes] Of an XEvent: 24 long integers."""
_WRAP = 1 << 32
"""[ms] X's time starts again at 0 after this."""
_REPEATS = 20
"""[ms] A key that goes down so soon after it went up repeats, where the server tells it like that. GLFW's number."""
_OLDEST = 2.0
"""[s] A time that nobody has asked for by then belongs to a key that was not ours."""


class _XKeyEvent(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("root", ctypes.c_ulong),
        ("subwindow", ctypes.c_ulong),
        ("time", ctypes.c_ulong),
        ("position", ctypes.c_int * 4),
        ("state", ctypes.c_uint),
        ("keycode", ctypes.c_uint),
        ("same_screen", ctypes.c_int),
    )


class ServerClock:
    """Turns the server's times [ms] into those of `time.monotonic()` [s].

    An event is never seen before it has happened, so the smallest difference between the clocks among the last events
    is theirs.
    """

    def __init__(self) -> None:
        self._differences: deque[int] = deque(maxlen=64)

    def local(self, server_ms: Sequence[int], now: float) -> list[float]:
        """Return when events of these server's times were, all seen `now`."""
        differences = [(round(1000.0 * now) - each) % _WRAP for each in server_ms]
        self._differences.extend(differences)
        least = min(self._differences, default=0)
        return [now - (each - least) / 1000.0 for each in differences]


class KeyTimes:
    """Remembers when keys went down and up until the window is told of them.

    Args:
        keycodes: X's code of a key -> GLFW's.
        waiting: Returns the key events that wait for the next frame: whether it is a press, X's code, the server's
            time [ms].
        clock: Time [s].
    """

    def __init__(
        self,
        keycodes: dict[int, int],
        waiting: Callable[[], Iterable[tuple[bool, int, int]]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._keycodes, self._waiting, self._clock = keycodes, waiting, clock
        self._server = ServerClock()
        self._times: deque[tuple[int, bool, float]] = deque()
        self._down: set[int] = set()

    def read(self) -> None:
        """Read the times of waiting events; call it right before each frame, which takes these events."""
        now = self._clock()
        while self._times and now - self._times[0][2] > _OLDEST:
            self._times.popleft()
        events = _without_repeats(self._waiting())
        times = self._server.local([server_ms for _, _, server_ms in events], now)
        for (pressed, keycode, _), at in zip(events, times, strict=True):
            # Whoever holds a key presses it again and again.
            if keycode not in self._keycodes or (pressed and keycode in self._down):
                continue
            (self._down.add if pressed else self._down.discard)(keycode)
            self._times.append((self._keycodes[keycode], pressed, at))

    def take(self, key: int, pressed: bool) -> float:
        """Return when a key (GLFW's code), of which the window is told now, went down or up; now if it is not known."""
        for entry in self._times:
            if entry[:2] == (key, pressed):
                self._times.remove(entry)
                return entry[2]
        return self._clock()


def _without_repeats(events: Iterable[tuple[bool, int, int]]) -> list[tuple[bool, int, int]]:
    """Leave out pairs of a release and a press that stand for a key that repeats."""
    left: list[tuple[bool, int, int]] = []
    for pressed, keycode, server_ms in events:
        if pressed and left and left[-1][:2] == (False, keycode) and server_ms - left[-1][2] < _REPEATS:
            left.pop()
        else:
            left.append((pressed, keycode, server_ms))
    return left


def open_key_times(keys: Iterable[int]) -> KeyTimes | None:
    """Return the times of these keys (GLFW's codes) for the window that omni.ui has opened; None without X."""
    if (libraries := _open_display()) is None:
        return None
    glfw, x11, display = libraries
    found: list[tuple[bool, int, int]] = []

    @ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
    def look(_: int, event: int, __: int) -> int:
        key = ctypes.cast(event, ctypes.POINTER(_XKeyEvent)).contents
        if key.type in (_PRESS, _RELEASE):
            found.append((key.type == _PRESS, key.keycode, key.time))
        return 0  # leave it there, and go on

    nothing = ctypes.create_string_buffer(_LARGEST_EVENT)
    x11.XCheckIfEvent.argtypes = (ctypes.c_void_p, ctypes.c_void_p, type(look), ctypes.c_void_p)

    def waiting() -> list[tuple[bool, int, int]]:
        found.clear()
        x11.XCheckIfEvent(display, nothing, look, None)
        return found

    return KeyTimes({glfw.glfwGetKeyScancode(key): key for key in keys}, waiting)


class Input:
    """Whether events wait for the next frame of omni.ui's window.

    Args:
        x11: Xlib.
        display: The display of GLFW's window.
    """

    def __init__(self, x11: ctypes.CDLL, display: int) -> None:
        self._x11, self._display = x11, display
        x11.XEventsQueued.argtypes = (ctypes.c_void_p, ctypes.c_int)
        x11.XConnectionNumber.argtypes = (ctypes.c_void_p,)

    @property
    def waits(self) -> bool:
        return self._x11.XEventsQueued(self._display, _QUEUED_AFTER_READING) > 0

    async def come(self, seconds: float) -> None:
        """Wait until there is something to read from the server, or for so long."""
        loop, come = asyncio.get_running_loop(), asyncio.Event()
        connection = self._x11.XConnectionNumber(self._display)
        loop.add_reader(connection, come.set)
        try:
            async with asyncio.timeout(seconds):
                await come.wait()
        except TimeoutError:
            pass
        finally:
            loop.remove_reader(connection)


def open_input() -> Input | None:
    """Return the input of the window that omni.ui has opened; None without X."""
    if (libraries := _open_display()) is None:
        return None
    _, x11, display = libraries
    return Input(x11, display)


def _open_display() -> tuple[ctypes.CDLL, ctypes.CDLL, int] | None:
    """Return GLFW, Xlib and the display of GLFW's window; None without X."""
    try:
        glfw, x11 = ctypes.CDLL("libglfw.so.3"), ctypes.CDLL("libX11.so.6")
        get_display = glfw.glfwGetX11Display
    except (OSError, AttributeError):
        return None
    get_display.restype = ctypes.c_void_p
    # None on Wayland, where GLFW hands keys out as they come, once a frame.
    return (glfw, x11, display) if (display := get_display()) else None
