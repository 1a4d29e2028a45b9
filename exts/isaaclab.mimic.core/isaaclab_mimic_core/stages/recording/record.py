# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Record demonstrations from a device into a file."""

from pathlib import Path
from typing import TYPE_CHECKING

import torch

from ... import randomness
from ...datasets import Episode
from ...errors import OptionError
from ...events import AttemptFinished, Event, Hinted, Progress, Warned
from ...options import RecordOptions
from ...outcomes import FailureCause
from ..files.demo_file import DemoFile
from ..files.input_task import with_task
from ..files.output_check import WritingMode, as_written, check_output, writing_mode
from ..files.resume import next_recording
from ..stage import Steps
from .device_stage import DeviceFactory, DeviceStage, one_environment
from .hints import Hints

if TYPE_CHECKING:
    from ...envs import BatchedEnv

_SCRIPT_STEPS = 600
"""[steps] A scripted demonstration fails after this many."""
_SCRIPT_PATIENCE = 50
"""First attempts of a script that may all fail; nine of ten succeed where it can do the task at all."""
_EXPECTED_STEPS = 600
"""[steps] Buffer size for a person's demonstration at first; it grows."""


class Record(DeviceStage):
    """Records a person or a script until enough demonstrations have succeeded.

    A person's demonstration begins with the first input: its first row is the state at reset, and no waiting is
    recorded. It ends when the task has stayed fulfilled for `num_success_steps` and
    `num_extra_steps` more, or is discarded by `reset`.
    """

    name = "record"
    options: RecordOptions

    def __init__(self, options: RecordOptions, env: "BatchedEnv | None" = None, device: DeviceFactory | None = None):
        options = as_written(options, "output")
        options = with_task(options, options.output if options.append and Path(options.output).exists() else "")
        super().__init__(options, env, device)
        one_environment(options)
        if not (options.num_demos or self._live):
            raise OptionError("a script needs an end: must be at least 1, not 0", where="--num-demos")
        self._max_steps = options.max_steps if options.max_steps is not None else 0 if self._live else _SCRIPT_STEPS
        self._patience = options.patience if options.patience is not None else 0 if self._live else _SCRIPT_PATIENCE
        self._mode: WritingMode = writing_mode(options.overwrite, options.append)
        check_output(options.output, self._mode)
        self._attempts = next_recording(options.output, options.task, options.seed) if options.append else 0
        self._finished = self._submitted = self._steps = 0
        self._file: DemoFile | None = None
        self._hints = Hints(self._pace.period or 1.0 / 30.0)

    @property
    def progress(self) -> Progress:
        return Progress(self._file.saved if self._file else 0, self.options.num_demos, "demonstrations")

    def snapshot(self) -> dict:
        shown = {
            **super().snapshot(),
            "attempts": self._finished,
            "success_rate": self._submitted / self._finished if self._finished else 0.0,
        }
        if self._live:
            shown |= {
                "steps": self._steps,
                "seconds": round(self._steps * (self._pace.period or 0.0), 1),
                "hand_speed": round(self._hints.speed, 3),
                "hint": self._hints.latest,
            }
        return shown

    @torch.inference_mode()
    def _drive(self) -> Steps:
        env = self.env
        self._open_device()
        file = self._prepare()
        events: list[Event] = [self._enter("Recording")]
        events += self._restart(torch.arange(env.num_envs, device=env.device))
        while True:
            yield events
            if self._stopping or (self._live and env.live.closed):
                return self._close_file(file, self._end_before_all())
            if self._live and env.live.take_reset():
                events = self._reset_requested()
            elif (said := self._begin_step()) is None:
                events = [*file.poll()]
            else:
                events = [*said, *self._play_step(file), *file.poll()]
                if self._enough:
                    return events + self._close_file(file, "done")
                if self._is_hopeless:
                    return [*events, Warned(self._advice()), *self._close_file(file, "gave_up")]

    def _prepare(self) -> DemoFile:
        """Open the file and the episode recorder."""
        from ...envs.recorder import EpisodeRecorder

        env, options = self.env, self.options
        file = DemoFile(options.output, env.env_args(), self._mode, wanted=options.num_demos)
        self._file = self._resources.enter_context(file)
        self._recorder = EpisodeRecorder(env.num_envs, env.device, self._max_steps or _EXPECTED_STEPS, file.spool())
        self._held = torch.zeros(env.num_envs, dtype=torch.long, device=env.device)
        self._numbers = torch.zeros(env.num_envs, dtype=torch.long, device=env.device)
        return file

    def _play_step(self, file: DemoFile) -> list[Event]:
        """Make one environment step, record it, and end the demonstrations that are over with it."""
        from ...envs.episode_terms import after_step, before_step

        env, options = self.env, self.options
        action = self.device.action()
        terms = before_step(env, action)
        env.step(action)
        self._recorder.record({**terms, **after_step(env, options.next_obs)})
        success = env.success()
        self._held = torch.where(success, self._held + 1, 0)
        won = self._held >= max(1, options.num_success_steps + options.num_extra_steps)
        lost = ~won & (self._recorder.length >= (self._max_steps or torch.inf))
        events = self._watch(success) if self._live else []
        flags = torch.stack([won, lost]).to("cpu", torch.uint8).numpy()
        over = flags.any(axis=0).nonzero()[0]
        for env_id in over.tolist():
            events += self._end_attempt(file, env_id, bool(flags[0, env_id]))
        if len(over) and not self._enough:
            events += self._restart(torch.as_tensor(over, device=env.device))
        return events

    @property
    def _enough(self) -> bool:
        return 0 < self.options.num_demos <= self._submitted

    @property
    def _is_hopeless(self) -> bool:
        return self._patience > 0 and max(self._patience, self.env.num_envs) <= self._finished and not self._submitted

    def _advice(self) -> str:
        limit = f", of at most {self._max_steps} steps each" if self._max_steps else ""
        return (
            f"None of the first {self._finished} attempts has succeeded{limit}. Watch some: --num-envs 1 --viz viser. "
            "Give them more time: --max-steps. Go on all the same: --patience 0."
        )

    def _end_before_all(self) -> str:
        """Return the outcome of a recording that ends early."""
        if not self.options.num_demos:
            return "done"
        # A session that is over is nobody's interruption.
        return "gave_up" if self.device.over else "stopped"

    def _restart(self, env_ids: torch.Tensor) -> list[Event]:
        from ...envs.episode_terms import initial_terms

        numbers = torch.arange(self._attempts, self._attempts + len(env_ids), device=env_ids.device)
        self._attempts += len(env_ids)
        self._numbers[env_ids] = numbers
        self.env.reset(env_ids, randomness.streams(self.options.seed, "reset", numbers))
        self._recorder.begin(env_ids, initial_terms(self.env))
        self._held[env_ids] = 0
        self._steps = 0
        self._hints.begin()
        return self._begin_driving(env_ids, numbers, await_input=True)

    @torch.inference_mode()
    def _reset_requested(self) -> list[Event]:
        """Discard the running demonstration; it only counts as an attempt if it had begun."""
        env_ids = torch.arange(self.env.num_envs, device=self.env.device)
        events: list[Event] = []
        if self._live and self._steps:
            self._finished += 1
            events.append(AttemptFinished(int(self._numbers[0]), 0, False, self._steps, cause=FailureCause.DISCARDED))
        return events + self._restart(env_ids)

    def _watch(self, success: torch.Tensor) -> list[Event]:
        """Update hints and instructions after a step: one small copy to the host."""
        self._steps += 1
        signals = self.env.term_signals()
        hands = self.env.eef_pose()[0, :, :3, 3]
        seen = torch.cat([torch.stack([success, *signals.values()])[:, 0].float(), hands.flatten()]).tolist()
        count = 1 + len(signals)
        flags = [value > 0.5 for value in seen[:count]]
        positions = [seen[i : i + 3] for i in range(count, len(seen), 3)]
        hints: list[Hinted] = self._hints.observe(positions, flags[0])
        return [*hints, *self._follow(dict(zip(signals, flags[1:], strict=True)))]

    def _end_attempt(self, file: DemoFile, env_id: int, success: bool) -> list[Event]:
        if self._enough:
            return []
        self._finished += 1
        number, steps = int(self._numbers[env_id]), int(self._recorder.length[env_id])
        events: list[Event] = [
            AttemptFinished(number, env_id, success, steps, cause=FailureCause.NONE if success else FailureCause.TIME),
        ]
        if success:
            source = {"teleop_device": self.options.teleop_device, "number": number, **self.env.info}
            if self._live:
                source |= {"step_hz": self.options.teleop_settings.step_hz, **self._pace.figures()}
            attrs = {"success": True, "seed": self.options.seed, "mimic": {"recorded": source}}
            large = self._recorder.take_large(env_id)
            file.submit(Episode(self._recorder.take(env_id), attrs, streamed=large))
            self._submitted += 1
            self._hints.keep(steps)
        return events

    def _close_file(self, file: DemoFile, outcome: str) -> list[Event]:
        events: list[Event] = [*file.finish()]
        summary = {"output": file.path, "saved": file.saved, "attempts": self._finished}
        if self._live:
            summary |= self._pace.figures()
        result = f"{file.saved} demonstrations saved, {self._finished} attempts"
        if self._live and (steadiness := self._pace.in_words()):
            result += f"; {steadiness}"
        return events + self._finish(outcome, summary, output=file.path if file.saved else "", results=[result])
