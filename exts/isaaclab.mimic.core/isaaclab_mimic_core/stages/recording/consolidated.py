# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A person demonstrates in one environment while the others generate from what was demonstrated so far.

Isaac Lab's consolidated_demo. The person's environment is the first. A demonstration begins with the first movement
after a reset and is marked by the task's own signals while it is made; as soon as it has succeeded, it joins the
sources. Attempts that run keep to the sources that they began with; later ones use all.
"""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from ... import randomness
from ...datagen.settings import Settings
from ...datasets import BackgroundWriter, DatasetWriter, Episode
from ...datasets.layout import DATAGEN_INFO
from ...errors import DatasetError, OptionError
from ...events import AttemptFinished, DemoSaved, Event, Warned
from ...options import TeleopOptions
from ...outcomes import AttemptOutcome
from ..files.output_check import as_written, check_output
from ..generation.provenance import generated_from
from ..generation.sources import as_sources, read_annotated
from ..sim_stage import writing_mode
from .device_stage import DeviceStage
from .hints import Hints

if TYPE_CHECKING:
    from ...datagen.generator import Generator
    from ...datagen.source_bank import SourceBank, SourceDemo
    from ...envs import BatchedEnv

_SUCCESS_STEPS = 10
"""Steps that the task must stay fulfilled for before a person's demonstration counts."""
_EXTRA_STEPS = 5
_EXPECTED_STEPS = 600


class Consolidated(DeviceStage):
    """Drives environment 0 by a device, and generates in all others."""

    name = "teleop"
    options: TeleopOptions

    def __init__(self, options: TeleopOptions, env: "BatchedEnv | None" = None, device: Any = None):
        options = as_written(options, "generate_into")
        super().__init__(options, env, device)
        if options.num_envs < 2:
            raise OptionError(
                "one environment is driven, so at least two are needed to generate in the others", where="--num-envs"
            )
        if options.num_demos < 0:
            raise OptionError("must not be negative", where="--num-demos")
        self._settings = Settings.of("default")
        self._mode: Any = writing_mode(options.overwrite)
        output = Path(options.generate_into)
        self._sources_path = str(output.with_name(f"{output.stem}_sources{output.suffix}"))
        for path in (options.generate_into, self._sources_path):
            check_output(path, self._mode, options.input)
        self._episodes = read_annotated(options.input, options.task, options.any_task) if options.input else []
        self._resets = self._attempts = self._finished = self._submitted = self._saved = self._demonstrated = 0
        self._steps = self._latest = self._held = 0
        self._recording = False
        self._causes: Counter[str] = Counter()
        self._hints = Hints(self._pace.period or 1.0 / 30.0)

    def snapshot(self) -> dict:
        return {
            **super().snapshot(),
            "saved": self._saved,
            "wanted": self.options.num_demos,
            "attempts": self._finished,
            "success_rate": self._submitted / self._finished if self._finished else 0.0,
            "sources": len(self._episodes) + self._demonstrated,
            "demonstrated": self._demonstrated,
            "steps": self._steps,
            "hand_speed": round(self._hints.speed, 3),
            "hint": self._hints.latest,
            "causes": dict(self._causes),
        }

    @torch.inference_mode()
    def _begin(self) -> list[Event]:
        from ...datagen.plan import make_plan
        from ...envs.recorder import EpisodeRecorder

        env, options = self.env, self.options
        self._plan = make_plan(env.cfg, env.object_names, env.device)
        self._sources: list[SourceDemo] = as_sources(self._episodes, self._plan, options.input)
        self._open_device()
        run = {"mimic": {"generated": {"seed": options.seed, "mode": "default", **env.info}}}
        self._writer = self._open_writer(options.generate_into, run)
        self._source_writer = self._open_writer(self._sources_path, {})
        self._recorder = EpisodeRecorder(env.num_envs, env.device, _EXPECTED_STEPS)
        self._person = torch.zeros(1, dtype=torch.long, device=env.device)
        self._others = torch.arange(1, env.num_envs, device=env.device)
        # Generators by number, counted from 1, with the banks that they use; `self._by[i]` is the one that moves
        # environment i, 0 for none.
        self._generators: dict[int, tuple[Generator, SourceBank]] = {}
        self._by = [0] * env.num_envs
        env.reset(self._others, self._reset_keys(len(self._others)))
        self._recorder.begin(self._others, self._initial())
        self._stay = env.eef_pose().clone()
        events = [self._enter(f"Driving with {options.teleop_device}, generating in {len(self._others)}")]
        events += self._reset_requested()
        if self._sources:
            self._renew_generator()
            self._start_attempts(self._others)
        return events

    @torch.inference_mode()
    def _tick(self) -> list[Event]:
        from ...envs.datagen_terms import datagen_terms
        from ...envs.episode_terms import after_step, before_step

        env = self.env
        if self._stopping or env.live.closed:
            return self._close_files("done")
        if env.live.take_reset():
            return self._reset_requested()
        events = self._begin_step()
        if events is None:
            return []
        action = self._action()
        if not self._recording:
            if self.device.active:
                self._recording = True
            # Until the first movement the demonstration begins anew with every step.
            self._recorder.begin(self._person, self._initial())
        terms = {**before_step(env, action), **datagen_terms(env, action)}
        env.step(action)
        self._recorder.record({**terms, **after_step(env)})
        # In this order: a generator that comes with a new source has not acted in this step.
        events += self._observe()
        events += self._watch()
        events += self._report_saved(self._writer.poll())
        self._source_writer.poll()
        if 0 < self.options.num_demos <= self._submitted:
            events += self._close_files("done")
        return events

    # -- the person

    @torch.inference_mode()
    def _reset_requested(self) -> list[Event]:
        """Discard what the person has done since the last reset; the others are left alone."""
        self.env.reset(self._person, self._reset_keys(1))
        self._recorder.begin(self._person, self._initial())
        self._recording, self._steps, self._held = False, 0, 0
        self._hints.begin()
        return self._begin_driving(self._person, self._person + self._demonstrated, await_input=False)

    def _watch(self) -> list[Event]:
        """Look at how the person's demonstration goes."""
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
        """Take the person's demonstration in among the sources, and reset the environment."""
        recorded = {"teleop_device": self.options.teleop_device, "number": self._demonstrated, **self.env.info}
        attrs = {
            "success": True,
            "seed": self.options.seed,
            "mimic": {"recorded": recorded, "annotated": {"live": True}},
        }
        episode = Episode(self._recorder.take(0), attrs, f"demonstration_{self._demonstrated}")
        self._source_writer.submit(episode)
        self._demonstrated += 1
        self._hints.keep(self._steps)
        events: list[Event] = [AttemptFinished(self._demonstrated - 1, 0, True, self._steps)]
        try:
            new = as_sources([episode], self._plan, self._sources_path)
            self._renew_generator([*self._sources, *new])
            self._sources += new
            if self._latest == 1:
                self._start_attempts(self._others)
        except DatasetError as error:
            events.append(Warned(f"Saved, but nothing can be generated from it: {error.what}"))
        return events + self._reset_requested()

    # -- the others

    def _renew_generator(self, sources: "list[SourceDemo] | None" = None) -> None:
        """Make a generator of all sources for the attempts that begin from now on.

        Raises:
            DatasetError: A source cannot be cut into its subtasks.
        """
        from ...datagen.generator import Generator
        from ...datagen.source_bank import make_bank

        bank = make_bank(sources if sources is not None else self._sources, self.env, self._plan)
        generator = Generator(self.env, self._plan, bank, self.options.seed, self._settings)
        self._latest += 1
        self._generators[self._latest] = (generator, bank)

    def _start_attempts(self, env_ids: torch.Tensor) -> None:
        attempts = torch.arange(self._attempts, self._attempts + len(env_ids), device=env_ids.device)
        self._attempts += len(env_ids)
        self.env.reset(env_ids, randomness.streams(self.options.seed, "reset", attempts))
        self._recorder.begin(env_ids, self._initial())
        for generator, _ in self._generators.values():
            generator.release(env_ids)
        self._generators[self._latest][0].begin(env_ids, attempts)
        for env_id in env_ids.tolist():
            self._by[env_id] = self._latest
        # An older generator goes when its last attempt has ended.
        in_use = {self._latest, *self._by}
        self._generators = {number: pair for number, pair in self._generators.items() if number in in_use}

    def _action(self) -> torch.Tensor:
        action = self.device.action()
        if not self._generators:
            # The device would move them all alike; the others wait where they are for a first demonstration.
            stay = self.env.target_to_action(self._stay, self.env.action_to_gripper(action))
            action = torch.cat([action[:1], stay[1:]])
        for number, (generator, _) in self._generators.items():
            rows = torch.tensor([by == number for by in self._by], device=action.device)
            action = torch.where(rows[:, None], generator.action(), action)
        return action

    def _observe(self) -> list[Event]:
        events: list[Event] = []
        over: list[int] = []
        for generator, bank in self._generators.values():
            outcomes = generator.observe()
            for env_ids, length in generator.take_rewinds():
                self._recorder.rewind(env_ids, length)
            for outcome in outcomes:
                over.append(outcome.env)
                events += self._end_attempt(outcome, bank)
        if over:
            self._start_attempts(torch.tensor(over, device=self.env.device))
        return events

    def _end_attempt(self, outcome: AttemptOutcome, bank: "SourceBank") -> list[Event]:
        if 0 < self.options.num_demos <= self._submitted:
            return []
        self._finished += 1
        if outcome.success:
            data = self._recorder.take(outcome.env, outcome.steps)
            kept = {path: values for path, values in data.items() if not path.startswith(DATAGEN_INFO)}
            run = {"input": self._sources_path, "seed": self.options.seed, "mode": "default", **self.env.info}
            made = generated_from(outcome, bank, run, self.env.num_envs)
            attrs = {"success": True, "seed": self.options.seed, "mimic": {"generated": made}}
            self._writer.submit(Episode(kept, attrs))
            self._submitted += 1
        else:
            self._causes[f"{outcome.cause} {outcome.subtask}".strip()] += 1
        return [AttemptFinished.of(outcome)]

    # -- files and small things

    def _initial(self) -> dict[str, torch.Tensor]:
        from ...envs.episode_terms import initial_terms

        return initial_terms(self.env)

    def _reset_keys(self, count: int) -> torch.Tensor:
        numbers = torch.arange(self._resets, self._resets + count, device=self.env.device)
        self._resets += count
        return randomness.streams(self.options.seed, "driven reset", numbers)

    def _open_writer(self, path: str, attrs: dict) -> BackgroundWriter:
        writer = DatasetWriter(path, self.env.env_args(), mode=self._mode, attrs=attrs)
        return self._resources.enter_context(BackgroundWriter(writer))

    def _report_saved(self, saved: list) -> list[Event]:
        events: list[Event] = []
        for demo in saved:
            self._saved += 1
            path, wanted = str(self._writer.path), self.options.num_demos
            events.append(DemoSaved(demo.name, path, demo.num_samples, self._saved, wanted))
        return events

    def _close_files(self, outcome: str) -> list[Event]:
        self._source_writer.finish()
        events = self._report_saved(self._writer.finish())
        summary = {
            "output": str(self._writer.path),
            "sources": str(self._source_writer.path),
            "demonstrated": self._demonstrated,
            "saved": self._saved,
            "attempts": self._finished,
            "causes": dict(self._causes),
            **self._pace.figures(),
        }
        return events + self._finish(outcome, summary)
