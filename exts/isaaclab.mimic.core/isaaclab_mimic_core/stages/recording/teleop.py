# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Drive a task without recording: Isaac Lab's teleop_se3_agent, with instructions."""

from typing import TYPE_CHECKING, Any

import torch

from ... import randomness
from ...events import Event, Hinted
from ...options import TeleopOptions
from .device_stage import DeviceStage, one_environment

if TYPE_CHECKING:
    from ...envs import BatchedEnv


class Teleop(DeviceStage):
    """Steps environments as a device says, until asked to stop."""

    name = "teleop"
    options: TeleopOptions

    def __init__(self, options: TeleopOptions, env: "BatchedEnv | None" = None, device: Any = None):
        super().__init__(options, env, device)
        one_environment(options)
        self._resets = self._steps = 0
        self._fulfilled = False

    def snapshot(self) -> dict:
        return {**super().snapshot(), "steps": self._steps, "success": self._fulfilled}

    @torch.inference_mode()
    def _begin(self) -> list[Event]:
        self._open_device()
        return [self._enter(f"Driving with {self.options.teleop_device}"), *self._reset_requested()]

    @torch.inference_mode()
    def _tick(self) -> list[Event]:
        if self._stopping or self.env.live.closed:
            return self._finish("done", {"steps": self._steps, **self._pace.figures()})
        if self.env.live.take_reset():
            return self._reset_requested()
        events = self._begin_step()
        if events is None:
            return []
        env = self.env
        env.step(self.device.action())
        self._steps += 1
        signals = env.term_signals()
        seen = torch.stack([env.success(), *signals.values()])[:, 0].tolist()
        if seen[0] and not self._fulfilled:
            events.append(Hinted("The task is fulfilled."))
        self._fulfilled = seen[0]
        return events + self._follow(dict(zip(signals, seen[1:], strict=True)))

    @torch.inference_mode()
    def _reset_requested(self) -> list[Event]:
        env_ids = torch.arange(self.env.num_envs, device=self.env.device)
        numbers = self._resets * self.env.num_envs + env_ids
        self.env.reset(env_ids, randomness.streams(self.options.seed, "reset", numbers))
        self._resets += 1
        self._fulfilled = False
        return self._begin_driving(env_ids, numbers, await_input=False)
