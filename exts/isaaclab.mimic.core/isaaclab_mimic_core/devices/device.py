# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a teleoperation device is: it takes input in, and says what the environments shall do next.

A device knows nothing of windows, terminals or loops. Whoever steps it calls `poll` as often as it likes, also while
the simulation rests, then `take_requests`, and `action` once before each environment step. Keys and gamepad controls
are fed in by whichever host has them (`devices.hosts`, a window, a test); devices with hardware of their own read it
in `poll`.
"""

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    import torch

RESET, PAUSE, RESUME, TOGGLE_PAUSE, STOP = "reset", "pause", "resume", "toggle_pause", "stop"
"""What a person can ask for with a device: discard and start anew, rest, go on, either of these, end the stage."""

REQUEST_KEYS = {"R": RESET, "P": TOGGLE_PAUSE, "ESCAPE": STOP}
"""Keys that mean the same whatever device drives."""


class TeleopDevice:
    """Base of all devices. Subclasses implement `begin` and `action`, and override what else they have to say."""

    name: ClassVar[str] = ""
    live: ClassVar[bool] = True
    """Whether somebody drives in real time: steps then keep a rate, and there is one driven environment."""
    waits_for_start: ClassVar[bool] = False
    """Whether each demonstration waits for a request `resume`, instead of for the first input."""

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
        """Take in what there is; never waits. Nothing that is polled while the simulation rests is made up for."""

    def action(self) -> "torch.Tensor":
        """Return the next action of the task, from what was polled: (num_envs, action_dim).

        A live device drives all environments alike; whoever lets it drive some only uses their rows.
        """
        raise NotImplementedError

    # -- input from a host

    def key(self, name: str, pressed: bool) -> None:
        """Take a key's press or release.

        Args:
            name: As carb.input spells keys: `A` to `Z`, `ESCAPE`, `TAB`, `SPACE`.
            pressed: Whether it went down; a key that repeats may be reported as going down again.
        """
        if pressed and name in REQUEST_KEYS:
            self.ask(REQUEST_KEYS[name])

    def gamepad(self, control: str, value: float) -> None:
        """Take a gamepad's control.

        Args:
            control: As carb.input spells it: `LEFT_STICK_UP`, `DPAD_LEFT`, `X`, ...
            value: 0 (at rest) to 1 (pressed, fully deflected).
        """

    def release(self) -> None:
        """Forget all keys and controls that are held: the host has lost sight of them."""

    # -- for the stage

    def ask(self, request: str) -> None:
        """Note a request for `take_requests`."""
        self._requests.append(request)

    def take_requests(self) -> list[str]:
        """Return what was asked for since the last call, in order."""
        requests, self._requests = self._requests, []
        return requests

    @property
    def connected(self) -> bool:
        """Whether the device is there; while it is not, the stage rests and `poll` looks for it."""
        return True

    @property
    def trouble(self) -> str:
        """What is wrong while it is not connected, and what to do, for people."""
        return ""

    @property
    def over(self) -> bool:
        """Whether nothing will ever come of it again: a recorded session that has been played to its end."""
        return False

    @property
    def active(self) -> bool:
        """Whether there was any input since `begin`."""
        return True

    def halt(self) -> None:
        """Stop where the robot is now: the next action holds it there."""

    def show(self, instructions: dict[str, tuple[str, str]]) -> None:
        """Show what to do, where a device has a display: end effector -> what to do now, what comes next."""

    def readings(self) -> dict:
        """Return the input as it is now, as plain data, for display."""
        return {}

    def help(self) -> list[tuple[str, str]]:
        """Return what each control does, for people: (control, meaning)."""
        return []

    def close(self) -> None:
        """Let go of hardware. Closing twice is harmless."""
