# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Base of stages that a device drives: requests, disconnects, step rate, instructions."""

import math
import time
from abc import abstractmethod
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

import torch

from ... import devices
from ...datagen.config import list_subtasks
from ...devices import device as asked
from ...devices.settings import ROBOT, VIEW
from ...errors import OptionError
from ...events import Event, Warned
from ...options import DrivenOptions
from ...tasks import find_task
from ..pace import Pace
from ..sim_stage import SimStage
from ..stage import Steps
from .instructions import Instructions

if TYPE_CHECKING:
    from ...devices.device import TeleopDevice
    from ...envs import BatchedEnv

type DeviceFactory = Callable[["BatchedEnv"], "TeleopDevice"]
"""Opens a device for open environments."""

_REST = 0.02
"""[s] Period of polling the device while the simulation is paused."""
_DRAW = 0.05
"""[s] Period of drawing the view while it is paused."""


class DeviceStage(SimStage):
    """A stage whose environments a device drives.

    More requests: `reset` (discard and start over), `toggle_pause`, and input from the host: `key(key, pressed, at)`
    (`at`: when that was, as `time.monotonic()` [s], by default now), `gamepad(control, value)`, `release`,
    `heading(heading)` [rad]: where its view looks (`TeleopDevice.heading`), and `orientation(orientation)`: what the
    axes of driving follow from the next input on (`TeleopDevice.orient`).

    Args:
        options: Its options, with a device's settings (`options.DrivenOptions`).
        env: See `SimStage`.
        device: Used instead of the device in the options; for programs and tests.

    Raises:
        MimicError: An option cannot be used, or the device cannot drive here.
    """

    options: DrivenOptions
    drawn = 0.33
    """Who drives by the picture needs it."""

    def __init__(self, options: DrivenOptions, env: "BatchedEnv | None" = None, device: "DeviceFactory | None" = None):
        super().__init__(options, env)
        options = self.options
        self._make_device = device
        if device is None:
            devices.check_device(options.teleop_device, options.teleop_settings, find_task(options.task).id)
        self._live = devices.is_live(options.teleop_device)
        self._device: TeleopDevice | None = None
        self._pace = Pace(options.teleop_settings.step_hz if self._live else 0.0)
        self._connected = True
        self._armed = False
        self._reset_wanted = False
        self._told_slow = self._told_no_heading = False
        self._heading: float | None = None
        """Where the host's view looks; None as long as no host has said it [rad]."""
        self._orientation = ""
        """What the axes follow, as the host has said it last; empty: as the options say."""
        self._looked = self._drawn = 0.0
        self._instructions: Instructions | None = None

    @property
    def device(self) -> "TeleopDevice":
        """The device, open."""
        assert self._device is not None, "the stage has not opened its device yet"
        return self._device

    @property
    def paused(self) -> bool:
        """Whether simulation is paused: on request, by the view's button, or because the device is disconnected."""
        return super().paused or not (self._connected or self._stopping)

    @property
    def due(self) -> float:
        if self._stopping or self._device is None:
            return 0.0
        # Return a fixed time, because a window steps only stages that are due.
        return self._looked + _REST if self.paused or self._armed else self._pace.due

    def step(self) -> list[Event]:
        """Poll the device, also while paused, and make an environment step if one is wanted."""
        if self.done or self._device is None:
            return super().step()
        self.env.live.check()
        events = self._attend()
        if self.paused:
            self._rest()
            return events
        return events + super().step()

    def snapshot(self) -> dict:
        shown = {
            **super().snapshot(),
            "teleop_device": self.options.teleop_device,
            "live": self._live,
            "paused": self.paused,
        }
        if self._device is not None and self._live:
            shown |= {
                "waiting": self._armed,
                "connected": self._connected,
                "readings": self._device.readings(),
                "controls": self._device.help(),
                "steps_per_second": round(self._pace.rate, 1),
                **self._pace.figures(),
            }
        if self._instructions is not None:
            shown["instructions"] = self._instructions.current
        return shown

    def run(self) -> Steps:
        yield self._started()
        yield from self._open()
        return (yield from self._drive())

    # -- for subclasses

    @abstractmethod
    def _drive(self) -> Steps:
        """Do the stage's work in the open environments."""

    def _open(self, *arguments) -> Generator[list[Event], None, None]:
        if self._env is None and self._make_device is None:
            settings = self.options.teleop_settings
            self._resources.enter_context(devices.around_device(self.options.teleop_device, settings))
        yield from super()._open(*arguments)

    def _open_device(self) -> None:
        """Open the device; the environments are open."""
        if self._make_device is not None:
            device = self._make_device(self.env)
        else:
            device = devices.make_device(self.env, self.options.teleop_device, self.options.teleop_settings)
        self._device = device
        self._resources.callback(device.close)
        if self._heading is not None:
            device.heading(self._heading)
        if self._orientation:
            device.orient(self._orientation)
        if self._live:
            self._instructions = Instructions(list_subtasks(self.env.cfg))

    def _begin_driving(self, env_ids: torch.Tensor, numbers: torch.Tensor, await_input: bool) -> list[Event]:
        """Start driving freshly reset environments; with `await_input`, wait for the first input."""
        self.device.begin(env_ids, numbers)
        self._armed = self._live and (await_input or self.device.waits_for_start)
        return self._show(list(self._instructions.begin())) if self._instructions else []

    def _begin_step(self) -> list[Event] | None:
        """Keep the step rate; return None if no environment step is due, else the events of the check."""
        if self._armed and not self.device.waits_for_start and self.device.active:
            self._armed = False
        if self._armed:
            self._rest()
            return None
        self._pace.tick(time.monotonic())
        events: list[Event] = []
        if self._heading is None and self.device.follows_view and not self._told_no_heading:
            self._told_no_heading = True
            message = "No window says where its view looks (orientation view): forward is where the robot looks."
            events.append(Warned(message))
        if self._pace.too_slow and not self._told_slow:
            self._told_slow = True
            rate = 1.0 / self._pace.period
            message = f"This machine makes {self._pace.rate:.0f} steps/s of the {rate:.0f} asked for (--step-hz)"
            events.append(Warned(f"{message}: the robot moves that much slower."))
        return events

    def _follow(self, signals: dict[str, bool]) -> list[Event]:
        """Update the instructions from the driven environment's signals after a step."""
        return self._show(list(self._instructions.observe(signals))) if self._instructions else []

    @abstractmethod
    def _reset_requested(self) -> list[Event]:
        """Discard all steps since the last reset, and reset."""

    # -- input

    def _request(self, name: str, **arguments: Any) -> None:
        if name == asked.TOGGLE_PAUSE:
            self._paused = not self._paused
        elif name == asked.RESET:
            self._reset_wanted = True
        elif name in (asked.KEY, asked.CONTROL, asked.RELEASE, asked.HEADING, asked.ORIENTATION):
            self._feed(name, **arguments)
        else:
            super()._request(name, **arguments)

    def _feed(self, name: str, **arguments: Any) -> None:
        if name == asked.HEADING:
            self._heading = _finite(arguments["heading"])
            if self._device is not None:
                self._device.heading(self._heading)
        elif name == asked.ORIENTATION:
            self._orientation = _orientation(arguments["orientation"])
            if self._device is not None:
                self._device.orient(self._orientation)
        elif self._device is None:
            # Nothing to move yet, but ending must be possible.
            if arguments.get("pressed") and asked.REQUEST_KEYS.get(arguments.get("key", "")) == asked.STOP:
                self.request("stop")
        elif name == asked.KEY:
            at = _finite(arguments.get("at", time.monotonic()))
            self._device.key(str(arguments["key"]), bool(arguments["pressed"]), at)
        elif name == asked.CONTROL:
            self._device.gamepad(str(arguments["control"]), float(arguments["value"]))
        else:
            self._device.release()

    @torch.inference_mode()
    def _attend(self) -> list[Event]:
        """Poll the device and carry out its requests."""
        device, events = self.device, []
        self._looked = time.monotonic()
        device.poll()
        requests = device.take_requests()
        if device.connected != self._connected:
            self._connected = device.connected
            # What the robot was told before is not to be finished by itself.
            device.halt()
            lost = device.trouble or "The device is gone."
            if asked.STOP not in requests:
                lost += " The stage rests until it is back."
            events.append(Warned("The device is back." if self._connected else lost))
        for request in requests:
            if request == asked.RESUME:
                self._armed = False
            self.request(request)
        if self._reset_wanted and not self._stopping:
            self._reset_wanted = False
            events += self._reset_requested()
        return events

    def _rest(self) -> None:
        self._pace.rest()
        self.device.rest()
        now = time.monotonic()
        if now - self._drawn >= _DRAW:
            self._drawn = now
            self.env.live.refresh()

    def _show(self, events: list[Event]) -> list[Event]:
        if events and self._instructions:
            current = self._instructions.current
            self.device.show({eef: (told["now"], told["next"]) for eef, told in current.items()})
        return events


def _orientation(value: Any) -> str:
    if value not in (ROBOT, VIEW):
        raise ValueError(f"{value!r} is not one of {ROBOT}, {VIEW}")
    return value


def _finite(value: Any) -> float:
    if not math.isfinite(number := float(value)):
        raise ValueError(f"{value} is no finite number")
    return number


def one_environment(options: DrivenOptions) -> None:
    """Check that a person drives one environment.

    Raises:
        OptionError: More were asked for.
    """
    if devices.is_live(options.teleop_device) and options.num_envs != 1:
        raise OptionError(
            f"a person drives one environment, not {options.num_envs}",
            where="--num-envs",
            remedy="Leave it out, or use --teleop-device scripted.",
        )
