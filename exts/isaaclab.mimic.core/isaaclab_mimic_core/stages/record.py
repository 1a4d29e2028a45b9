# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Record demonstrations from a device into a file."""

from collections import deque
from typing import TYPE_CHECKING, Any

import torch

from .. import randomness
from ..datasets import BackgroundWriter, DatasetWriter, Episode
from ..errors import OptionError
from ..events import AttemptFinished, DemoSaved, Event
from .options import RecordOptions
from .output_check import check_output
from .sim_stage import SimStage, writing_mode

if TYPE_CHECKING:
    from ..envs import BatchedEnv

TELEOP_DEVICES = ("scripted",)


class Record(SimStage):
    """Runs a demonstrator until enough demonstrations have succeeded."""

    name = "record"
    options: RecordOptions

    def __init__(self, options: RecordOptions, env: "BatchedEnv | None" = None):
        super().__init__(options, env)
        if options.teleop_device not in TELEOP_DEVICES:
            raise OptionError(
                f"{options.teleop_device!r} is not one of {', '.join(TELEOP_DEVICES)}", where="--teleop-device"
            )
        if options.num_demos < 1:
            raise OptionError(f"at least one demonstration is wanted, not {options.num_demos}", where="--num-demos")
        self._mode: Any = writing_mode(options.overwrite, options.append)
        check_output(options.output, self._mode)
        self._attempts = self._finished = self._saved = self._submitted = 0
        self._unsaved: deque[int] = deque()

    def snapshot(self) -> dict:
        return {
            **super().snapshot(),
            "saved": self._saved,
            "wanted": self.options.num_demos,
            "attempts": self._finished,
            "success_rate": self._submitted / self._finished if self._finished else 0.0,
        }

    @torch.inference_mode()
    def _begin(self) -> list[Event]:
        from ..devices import scripted_for
        from ..envs.recorder import EpisodeRecorder

        env = self.env
        self._writer = self._resources.enter_context(
            BackgroundWriter(DatasetWriter(self.options.output, env.env_args(), mode=self._mode))
        )
        self._recorder = EpisodeRecorder(env.num_envs, env.device, self.options.max_steps)
        self._device = scripted_for(env.info["task"])(env, self.options.seed)
        self._held = torch.zeros(env.num_envs, dtype=torch.long, device=env.device)
        self._numbers = torch.zeros(env.num_envs, dtype=torch.long, device=env.device)
        self._restart(torch.arange(env.num_envs, device=env.device))
        return [self._enter("Recording")]

    @torch.inference_mode()
    def _tick(self) -> list[Event]:
        from ..envs.episode_terms import after_step, before_step

        env, options = self.env, self.options
        if self._stopping:
            return self._close_file("stopped")
        action = self._device.action()
        terms = before_step(env, action)
        env.step(action)
        self._recorder.record({**terms, **after_step(env)})
        success = env.success()
        self._held = torch.where(success, self._held + 1, 0)
        won = self._held >= options.num_success_steps + options.num_extra_steps
        lost = ~won & (self._recorder.length >= options.max_steps)
        flags = torch.stack([won, lost]).to("cpu", torch.uint8).numpy()
        events: list[Event] = []
        for env_id in flags.any(axis=0).nonzero()[0].tolist():
            events += self._end_attempt(env_id, bool(flags[0, env_id]))
        over = flags.any(axis=0).nonzero()[0]
        if len(over) and self._submitted < options.num_demos:
            self._restart(torch.as_tensor(over, device=env.device))
        events += self._report_saved(self._writer.poll())
        if self._submitted >= options.num_demos:
            events += self._close_file("done")
        return events

    def _restart(self, env_ids: torch.Tensor) -> None:
        from ..envs.episode_terms import initial_terms

        numbers = torch.arange(self._attempts, self._attempts + len(env_ids), device=env_ids.device)
        self._attempts += len(env_ids)
        self._numbers[env_ids] = numbers
        self.env.reset(env_ids, randomness.streams(self.options.seed, "reset", numbers))
        self._recorder.begin(env_ids, initial_terms(self.env))
        self._device.begin(env_ids, numbers)
        self._held[env_ids] = 0

    def _end_attempt(self, env_id: int, success: bool) -> list[Event]:
        self._finished += 1
        number, steps = int(self._numbers[env_id]), int(self._recorder.length[env_id])
        events: list[Event] = [
            AttemptFinished(number, env_id, success, steps, cause="" if success else "time"),
        ]
        if success and self._submitted < self.options.num_demos:
            source = {"teleop_device": self.options.teleop_device, "number": number, **self.env.info}
            attrs = {"success": True, "seed": self.options.seed, "mimic": {"recorded": source}}
            self._writer.submit(Episode(self._recorder.take(env_id), attrs))
            self._submitted += 1
        return events

    def _report_saved(self, saved: list) -> list[Event]:
        events: list[Event] = []
        for demo in saved:
            self._saved += 1
            events.append(
                DemoSaved(demo.name, str(self._writer.path), demo.num_samples, self._saved, self.options.num_demos)
            )
        return events

    def _close_file(self, outcome: str) -> list[Event]:
        events = self._report_saved(self._writer.finish())
        summary = {"output": str(self._writer.path), "saved": self._saved, "attempts": self._finished}
        return events + self._finish(outcome, summary)
