# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""When the desktop window paints its next frame.

omni.ui passes a frame to the renderer, and waits only if the frame before is not finished. A graphics card has always
finished. A software renderer shares the processor with the simulation: a window that requests 60 frames per second
waits most of the time and slows the simulation down, without more frames. A window in which nothing moves, and that
nobody touches, paints a few frames per second.
"""

import time
from collections.abc import Callable

_FASTEST, _SLOWEST = 1.0 / 60.0, 1.0 / 20.0
"""[s] Limits of the time between frames; slower frames would delay the response to a click."""
_WAITED = 0.003
"""[s] A frame that waits this long for the one before was too early."""
_LONGER, _SHORTER = 1.2, 0.99
_HURRIED = 3
"""Frames after a click or a key that are painted as soon as possible."""
_AWAKE = 2.0
"""[s] After input, or what moves by itself, frames come at the usual rate for so long."""
_ASLEEP = 0.5
"""[s] Time between frames afterwards. What a thread has found is shown by then."""


class Pacing:
    """Leaves as much time between frames as the renderer needs, and no more.

    Args:
        clock: Time [s].
        worked: Processor time of this thread [s].
    """

    def __init__(
        self, clock: Callable[[], float] = time.perf_counter, worked: Callable[[], float] = time.thread_time
    ) -> None:
        self._clock, self._worked = clock, worked
        self.period = _FASTEST
        """[s] From the beginning of one frame to that of the next."""
        self._next = self._began = 0.0
        self._hurried = 0
        self._awake_until = self._clock() + _AWAKE

    def paint(self, frame: Callable[[], object]) -> None:
        """Paint a frame, and see whether it had to wait."""
        began, worked = self._clock(), self._worked()
        frame()
        waited = self._clock() - began - (self._worked() - worked)
        self.period *= _LONGER if waited > _WAITED else _SHORTER
        self.period = min(max(self.period, _FASTEST), _SLOWEST)
        self._began = began
        self._next = began + (_FASTEST if self._hurried else self.period)
        self._hurried = max(0, self._hurried - 1)

    def hurry(self) -> None:
        """Paint the next frames as soon as possible."""
        self._hurried = _HURRIED
        self.stay_awake()

    def stay_awake(self) -> None:
        """Paint at the usual rate for a moment."""
        self._awake_until = self._clock() + _AWAKE

    @property
    def left(self) -> float:
        """Return how long [s] to wait before the next frame."""
        return max(0.0, self._next - self._clock())

    @property
    def asleep(self) -> float:
        """Return for how long [s] from now nothing has to be painted, unless there is input; 0 while awake."""
        now = self._clock()
        return 0.0 if now < self._awake_until else max(0.0, self._began + _ASLEEP - now)
