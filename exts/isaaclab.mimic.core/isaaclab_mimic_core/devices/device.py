# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The base class of teleoperation devices: they read input, and return the environments' next action.

A device does not depend on windows, terminals or loops. The stage calls `poll` at any time, also while paused, then
`take_requests`, and `action` once before each environment step. A host (`devices.hosts`, a window, a test) passes keys
and gamepad controls to the device. Devices with their own hardware read it in `poll`.
"""

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    import torch

RESET, PAUSE, RESUME, TOGGLE_PAUSE, STOP = "reset", "pause", "resume", "toggle_pause", "stop"
"""Requests that a person makes with a device: discard and reset, pause, resume, toggle pause, end the stage."""

KEY, CONTROL, RELEASE = "key", "gamepad", "release"
"""Requests by which a host passes its input on: `TeleopDevice.key`, `.gamepad` and `.release`."""

HEADING, ORIENTATION = "heading", "orientation"
"""Requests by which a host says where its view looks, and what the axes follow: `TeleopDevice.heading`, `.orient`."""

REQUEST_KEYS = {"R": RESET, "P": TOGGLE_PAUSE, "ESCAPE": STOP}
"""Keys with the same meaning for all devices."""


class TeleopDevice:
    """Base of all devices. Subclasses implement `begin` and `action`, and override other methods as needed."""

    name: ClassVar[str] = ""
    live: ClassVar[bool] = True
    """Whether a person drives in real time: steps are then made at a fixed rate, and one environment is driven."""
    waits_for_start: ClassVar[bool] = False
    """Whether a demonstration begins with the request `resume` instead of the first input."""

    def __init__(self) -> None:
        self._requests: list[str] = []

    def begin(self, env_ids: "torch.Tensor", numbers: "torch.Tensor") -> None:
        """Start demonstrations.

        Args:
            env_ids: (K,) environments, freshly reset.
            numbers: (K,) each demonstration's number in this run.
        """
        raise NotImplementedError

    def poll(self) -> None:
        """Read all input that has arrived, without waiting. Input during a pause has no effect later."""

    def rest(self) -> None:
        """Let time pass without a step: the stage is paused, or waits for the first input."""

    def action(self) -> "torch.Tensor":
        """Return the next action, from the input polled so far: (num_envs, action_dim).

        A live device returns the same action for all environments; the caller uses the rows of those it drives.
        """
        raise NotImplementedError

    # -- input from a host

    def key(self, name: str, pressed: bool, at: float) -> None:
        """Handle a key that was pressed or released.

        Args:
            name: As carb.input spells keys: `A` to `Z`, `ESCAPE`, `TAB`, `SPACE`.
            pressed: Whether it went down; a key that repeats may be reported as going down again.
            at: When that was, as `time.monotonic()` [s]; it may have become known later.
        """
        if pressed and name in REQUEST_KEYS:
            self.ask(REQUEST_KEYS[name])

    def gamepad(self, control: str, value: float) -> None:
        """Handle a gamepad control that has changed.

        Args:
            control: As carb.input spells it: `LEFT_STICK_UP`, `DPAD_LEFT`, `X`, ...
            value: 0 (at rest) to 1 (pressed, fully deflected).
        """

    def release(self) -> None:
        """Treat all keys and controls as released; called when the host can no longer see them, as on loss of focus."""

    @property
    def follows_view(self) -> bool:
        """Whether the axes are those of the host's view, of which `heading` then has to say where it looks."""
        return False

    def heading(self, heading: float) -> None:
        """Take where the host's view looks; a device whose axes follow no view ignores it.

        Args:
            heading: The horizontal direction from the viewer into the view: angle about z from +x [rad].
        """

    def orient(self, orientation: str) -> None:
        """Let the axes follow something else from the next input on; a device that has no such setting ignores it.

        Args:
            orientation: `robot` or `view` (`settings.EefSettings.orientation`).
        """

    # -- for the stage

    def ask(self, request: str) -> None:
        """Note a request for `take_requests`."""
        self._requests.append(request)

    def take_requests(self) -> list[str]:
        """Return the requests since the last call, in order."""
        requests, self._requests = self._requests, []
        return requests

    @property
    def connected(self) -> bool:
        """Whether the device is there; while it is not, the stage pauses and `poll` looks for it."""
        return True

    @property
    def trouble(self) -> str:
        """While the device is not connected, what is wrong and what to do, as a sentence."""
        return ""

    @property
    def over(self) -> bool:
        """Whether the device will give no more input: a recorded session has been replayed to its end."""
        return False

    @property
    def active(self) -> bool:
        """Whether there was any input since `begin`."""
        return True

    def halt(self) -> None:
        """Make the robot's current pose the target, so that the next action holds it there."""

    def show(self, instructions: dict[str, tuple[str, str]]) -> None:
        """Show instructions on the device's display, if any: end effector -> (what to do now, what comes next)."""

    def readings(self) -> dict:
        """Return the current input as plain data, for display."""
        return {}

    def help(self) -> list[tuple[str, str]]:
        """Return the controls and their meaning for people: (control, meaning)."""
        return []

    def close(self) -> None:
        """Release the hardware. Closing twice is harmless."""
