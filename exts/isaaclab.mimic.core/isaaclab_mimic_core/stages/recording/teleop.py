# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Drive a task without recording: Isaac Lab's teleop_se3_agent, with instructions."""

from typing import TYPE_CHECKING

import torch

from ... import randomness
from ...events import Event, Hinted
from ...options import TeleopOptions
from ..stage import Steps
from .device_stage import DeviceFactory, DeviceStage, one_environment

if TYPE_CHECKING:
    from ...envs import BatchedEnv


class Teleop(DeviceStage):
    """Steps environments with a device's actions until it is asked to stop."""

    name = "teleop"
    options: TeleopOptions

    def __init__(self, options: TeleopOptions, env: "BatchedEnv | None" = None, device: DeviceFactory | None = None):
        super().__init__(options, env, device)
        one_environment(options)
        self._resets = self._steps = 0
        self._fulfilled = False

    def snapshot(self) -> dict:
        return {**super().snapshot(), "steps": self._steps, "success": self._fulfilled}

    @torch.inference_mode()
    def _drive(self) -> Steps:
        self._open_device()
        live = self.env.live
        events = [self._enter(f"Driving with {self.options.teleop_device}"), *self._reset_requested()]
        while True:
            yield events
            if self._stopping or live.closed:
                return self._finish("done", {"steps": self._steps, **self._pace.figures()})
            if live.take_reset():
                events = self._reset_requested()
            elif (said := self._begin_step()) is None:
                events = []
            else:
                events = [*said, *self._play_step()]

    def _play_step(self) -> list[Event]:
        """Make one environment step; return hints and instructions."""
        env = self.env
        env.step(self.device.action())
        self._steps += 1
        signals = env.term_signals()
        fulfilled, *flags = torch.stack([env.success(), *signals.values()])[:, 0].tolist()
        events: list[Event] = [Hinted("The task is fulfilled.")] if fulfilled and not self._fulfilled else []
        self._fulfilled = fulfilled
        return events + self._follow(dict(zip(signals, flags, strict=True)))

    @torch.inference_mode()
    def _reset_requested(self) -> list[Event]:
        env_ids = torch.arange(self.env.num_envs, device=self.env.device)
        numbers = self._resets * self.env.num_envs + env_ids
        self.env.reset(env_ids, randomness.streams(self.options.seed, "reset", numbers))
        self._resets += 1
        self._fulfilled = False
        return self._begin_driving(env_ids, numbers, await_input=False)
