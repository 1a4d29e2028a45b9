# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Record in one environment while generating in the others from these recordings: Isaac Lab's consolidated_demo.

A person drives environment 0. A demonstration begins with the first movement after a reset, is annotated by the task's
own signals, and becomes a source as soon as it has succeeded. Running attempts keep their sources; later ones use all.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import torch

from ... import randomness
from ...datasets import Episode
from ...datasets.layout import DATAGEN_INFO
from ...errors import DatasetError, OptionError
from ...events import AttemptFinished, Event, Progress, Warned
from ...options import TeleopOptions
from ...outcomes import AttemptOutcome
from ..files.demo_file import DemoFile
from ..files.input_task import with_task
from ..files.output_check import as_written, check_output, writing_mode
from ..generation.attempts import AttemptStatistics
from ..generation.growing import GrowingGenerator
from ..generation.provenance import generated_from
from ..generation.sources import read_annotated
from ..stage import Steps
from .device_stage import DeviceFactory, DeviceStage
from .hints import Hints

if TYPE_CHECKING:
    from ...datagen.sources.bank import SourceBank
    from ...envs import BatchedEnv

_SUCCESS_STEPS = 10
"""[steps] Time that the success term has to hold before a person's demonstration counts."""
_EXTRA_STEPS = 5
_EXPECTED_STEPS = 600


class Consolidated(DeviceStage):
    """Drives environment 0 by a device, and generates in all others."""

    name = "teleop"
    options: TeleopOptions

    def __init__(self, options: TeleopOptions, env: "BatchedEnv | None" = None, device: DeviceFactory | None = None):
        options = with_task(as_written(options, "generate_into"), options.input)
        super().__init__(options, env, device)
        if options.num_envs < 2:
            raise OptionError(
                "one environment is driven, so at least two are needed to generate in the others", where="--num-envs"
            )
        for path in (options.generate_into, self._sources_path):
            check_output(path, writing_mode(options.overwrite), options.input)
        self._episodes = read_annotated(options.input, options.task, options.any_task) if options.input else []
        self._resets = self._attempts = self._demonstrated = 0
        self._recording = False
        self._steps = self._held = 0
        self._file: DemoFile | None = None
        self._statistics = AttemptStatistics(0, 0)
        self._hints = Hints(self._pace.period or 1.0 / 30.0)

    @property
    def progress(self) -> Progress:
        return Progress(self._file.saved if self._file else 0, self.options.num_demos, "demonstrations")

    @property
    def _sources_path(self) -> str:
        """The file of the person's demonstrations."""
        output = Path(self.options.generate_into)
        return str(output.with_name(f"{output.stem}_sources{output.suffix}"))

    def snapshot(self) -> dict:
        statistics = self._statistics
        return {
            **super().snapshot(),
            "attempts": statistics.attempts,
            "success_rate": statistics.success_rate,
            "sources": len(self._episodes) + self._demonstrated,
            "demonstrated": self._demonstrated,
            "steps": self._steps,
            "hand_speed": round(self._hints.speed, 3),
            "hint": self._hints.latest,
            "causes": dict(statistics.causes),
        }

    @torch.inference_mode()
    def _drive(self) -> Steps:
        env = self.env
        self._generator = GrowingGenerator(env, self.options.seed)
        if self._episodes:
            self._generator.add(self._episodes, self.options.input)
        self._open_device()
        self._prepare()
        stay = env.eef_pose().clone()
        driving = f"Driving with {self.options.teleop_device}, generating in {len(self._others)}"
        events = [self._enter(driving), *self._reset_requested()]
        if self._generator.has_sources:
            self._start_attempts(self._others)
        while True:
            yield events
            if self._stopping or env.live.closed:
                return self._close_files()
            if env.live.take_reset():
                events = self._reset_requested()
            elif (said := self._begin_step()) is None:
                events = []
            else:
                self._play_step(self._action(stay))
                # In this order, because a generator made for a new source has not acted in this step.
                events = [*said, *self._observe(), *self._watch(), *self._poll_files()]
                if 0 < self.options.num_demos <= self._statistics.succeeded:
                    return events + self._close_files()

    def _prepare(self) -> None:
        """Open the files and the episode recorder, and reset the environments that generate."""
        from ...envs.recorder import EpisodeRecorder

        env, options = self.env, self.options
        generated = {"mimic": {"generated": {"seed": options.seed, "mode": "default", **env.info}}}
        self._file = self._open_file(options.generate_into, generated)
        self._source_file = self._open_file(self._sources_path, {})
        self._recorder = EpisodeRecorder(env.num_envs, env.device, _EXPECTED_STEPS)
        self._person = torch.zeros(1, dtype=torch.long, device=env.device)
        self._others = torch.arange(1, env.num_envs, device=env.device)
        env.reset(self._others, self._reset_keys(len(self._others)))
        self._recorder.begin(self._others, self._initial())

    def _action(self, stay: torch.Tensor) -> torch.Tensor:
        """Return the next action. `stay`: (num_envs, num_eefs, 4, 4) poses to hold before there are sources."""
        action = self.device.action()
        if not self._generator.has_sources:
            # The device's action would move all environments in the same way.
            waiting = self.env.target_to_action(stay, self.env.action_to_gripper(action))
            action = torch.cat([action[:1], waiting[1:]])
        return self._generator.action(action)

    def _play_step(self, action: torch.Tensor) -> None:
        """Make one environment step, and record it."""
        from ...envs.datagen_terms import datagen_terms
        from ...envs.episode_terms import after_step, before_step

        env = self.env
        if not self._recording:
            self._recording = self.device.active
            # Until the first movement, restart the demonstration at every step.
            self._recorder.begin(self._person, self._initial())
        terms = {**before_step(env, action), **datagen_terms(env, action)}
        env.step(action)
        self._recorder.record({**terms, **after_step(env)})

    # -- the person

    @torch.inference_mode()
    def _reset_requested(self) -> list[Event]:
        """Discard the person's demonstration and reset environment 0; the others go on."""
        self.env.reset(self._person, self._reset_keys(1))
        self._recorder.begin(self._person, self._initial())
        self._recording, self._steps, self._held = False, 0, 0
        self._hints.begin()
        return self._begin_driving(self._person, self._person + self._demonstrated, await_input=False)

    def _watch(self) -> list[Event]:
        """Update hints and instructions after a step; end the demonstration if it has succeeded."""
        if not self._recording:
            return []
        self._steps += 1
        signals, hands = self.env.term_signals(), self.env.eef_pose()[0, :, :3, 3]
        flags = torch.stack([self.env.success(), *signals.values()])[:, 0]
        seen = torch.cat([flags.float(), hands.flatten()]).tolist()
        success, positions = seen[0] > 0.5, seen[1 + len(signals) :]
        self._held = self._held + 1 if success else 0
        events: list[Event] = [
            *self._hints.observe([positions[i : i + 3] for i in range(0, len(positions), 3)], success)
        ]
        events += self._follow({name: value > 0.5 for name, value in zip(signals, seen[1:], strict=False)})
        return events + self._end_demonstration() if self._held >= _SUCCESS_STEPS + _EXTRA_STEPS else events

    def _end_demonstration(self) -> list[Event]:
        """Make the person's demonstration a source, and reset its environment."""
        recorded = {"teleop_device": self.options.teleop_device, "number": self._demonstrated, **self.env.info}
        attrs = {
            "success": True,
            "seed": self.options.seed,
            "mimic": {"recorded": recorded, "annotated": {"live": True}},
        }
        episode = Episode(self._recorder.take(0), attrs, f"demonstration_{self._demonstrated}")
        self._source_file.submit(episode)
        self._demonstrated += 1
        self._hints.keep(self._steps)
        events: list[Event] = [AttemptFinished(self._demonstrated - 1, 0, True, self._steps)]
        first = not self._generator.has_sources
        try:
            self._generator.add([episode], self._sources_path)
            if first:
                self._start_attempts(self._others)
        except DatasetError as error:
            events.append(Warned(f"Saved, but nothing can be generated from it: {error.what}"))
        return events + self._reset_requested()

    # -- the others

    def _start_attempts(self, env_ids: torch.Tensor) -> None:
        """Reset environments to the initial states of the next attempts."""
        attempts = torch.arange(self._attempts, self._attempts + len(env_ids), device=env_ids.device)
        self._attempts += len(env_ids)
        self.env.reset(env_ids, randomness.streams(self.options.seed, "reset", attempts))
        self._recorder.begin(env_ids, self._initial())
        self._generator.begin(env_ids, attempts)

    def _observe(self) -> list[Event]:
        """Evaluate a step of the attempts; end those that are over and begin the next."""
        ended, rewinds = self._generator.observe()
        for env_ids, length in rewinds:
            self._recorder.rewind(env_ids, length)
        events = [event for outcome, bank in ended for event in self._end_attempt(outcome, bank)]
        if ended:
            self._start_attempts(torch.tensor([outcome.env for outcome, _ in ended], device=self.env.device))
        return events

    def _end_attempt(self, outcome: AttemptOutcome, bank: "SourceBank") -> list[Event]:
        """Count an attempt that has ended, and write its episode if it succeeded."""
        options = self.options
        if 0 < options.num_demos <= self._statistics.succeeded:
            return []
        self._statistics.add(outcome)
        if outcome.success:
            assert self._file
            data = self._recorder.take(outcome.env, outcome.steps)
            kept = {path: values for path, values in data.items() if not path.startswith(DATAGEN_INFO)}
            run = {"input": self._sources_path, "seed": options.seed, "mode": "default", **self.env.info}
            made = generated_from(outcome, bank.names, run, self.env.num_envs)
            attrs = {"success": True, "seed": options.seed, "mimic": {"generated": made}}
            self._file.submit(Episode(kept, attrs))
        return [AttemptFinished.of(outcome)]

    # -- files and helpers

    def _initial(self) -> dict[str, torch.Tensor]:
        from ...envs.episode_terms import initial_terms

        return initial_terms(self.env)

    def _reset_keys(self, count: int) -> torch.Tensor:
        numbers = torch.arange(self._resets, self._resets + count, device=self.env.device)
        self._resets += count
        return randomness.streams(self.options.seed, "driven reset", numbers)

    def _open_file(self, path: str, attrs: dict) -> DemoFile:
        options = self.options
        mode = writing_mode(options.overwrite)
        return self._resources.enter_context(DemoFile(path, self.env.env_args(), mode, attrs, wanted=options.num_demos))

    def _poll_files(self) -> list[Event]:
        """Return events of generated demonstrations that are on disk."""
        assert self._file
        self._source_file.poll()
        return [*self._file.poll()]

    def _close_files(self) -> list[Event]:
        assert self._file
        self._source_file.finish()
        events: list[Event] = [*self._file.finish()]
        summary = {
            "output": self._file.path,
            "sources": self._source_file.path,
            "demonstrated": self._demonstrated,
            "saved": self._file.saved,
            "attempts": self._statistics.attempts,
            "causes": dict(self._statistics.causes),
            **self._pace.figures(),
        }
        return events + self._finish("done", summary, output=self._file.path if self._file.saved else "")
