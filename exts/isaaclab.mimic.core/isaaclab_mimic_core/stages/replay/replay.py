# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Replay demonstrations and check whether they succeed.

By `actions`: simulate them from the initial state; tells whether the recording repeats. By `states`: show each recorded
state without physics; by `end`: only the last one; both tell whether the recorded end is stable. Afterwards each scene
rests for a moment, with the arm held and the last gripper command, before the success term is evaluated.
"""

import math
import time
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from ...datasets import DatasetReader, Episode
from ...datasets.check import usable
from ...datasets.edit import Selection, drop, select_names
from ...datasets.layout import ACTIONS, INITIAL_STATE, STATES
from ...errors import MimicError
from ...events import EpisodeReplayed, EpisodeSkipped, Event, Progress, Warned
from ...option import check_options
from ...options import ReplayOptions
from ...sim.engines import choose_engine
from ...tasks.shipped import DEFAULT_TASK
from ..files.in_order import InOrder
from ..files.input_task import check_task
from ..files.made_with import made_with, recorded_scale
from ..files.output_check import as_written, check_output
from ..sim_stage import SimStage
from ..stage import Steps
from .deviation import Deviation
from .playback import Playback, stacked_states
from .recorded import check_fits, usable_recordings

if TYPE_CHECKING:
    from ...envs import BatchedEnv

_NUM_ENVS = 16


class Replay(SimStage):
    """Replays a file's demonstrations, many at once, and judges each.

    Each runs in the environment that it was generated in, if the file says which and as many are open: there physics
    repeats bit by bit. Elsewhere the distance to the world's origin rounds differently.
    """

    name = "replay"
    options: ReplayOptions

    def __init__(self, options: ReplayOptions, env: "BatchedEnv | None" = None):
        options = as_written(options, "drop_failed")
        check_options(options)
        if options.drop_failed:
            mode = "overwrite" if options.overwrite else "create"
            check_output(options.drop_failed, mode, options.input)
        names = select_names(options.input, Selection(demos=options.episodes))
        with DatasetReader(options.input) as reader:
            if options.task:
                check_task(reader, options.task, options.any_task)
            self._names, self._skipped = usable_recordings(reader, names, states=options.by != "actions")
            self._compares = True
            if options.by == "actions":
                compared, others = usable(reader, (INITIAL_STATE, STATES), self._names)
                # Without states of all there is nothing to compare with; states that are faulty are.
                self._compares = not any(finding.check == "missing" for finding in others.values())
                if self._compares and compared:
                    self._names = compared
                    self._skipped |= {name: finding.message for name, finding in others.items()}
            attrs = [reader.attrs(name) for name in self._names]
            shapes = [reader.shapes(name) for name in self._names]
            task = reader.env_name
            run = reader.data_attrs.get("mimic")
            options = replace(options, object_scale=options.object_scale or recorded_scale(reader, self._names))
        self._lengths = [shape[ACTIONS][0][0] for shape in shapes]
        options, self._places = _as_it_was_made(options, task, run, attrs, env)
        super().__init__(options, env)
        self._verdicts: list[EpisodeReplayed] = []
        self._judged: InOrder[EpisodeReplayed] = InOrder()
        self._playback: Playback | None = None
        self._deviation: Deviation | None = None
        self._states: dict[str, torch.Tensor] = {}
        self._written = ""
        self._next_due = 0.0

    @property
    def due(self) -> float:
        """In real time while somebody watches, else as fast as it goes."""
        return super().due if self.paused or self.options.viz == "none" else self._next_due

    @property
    def progress(self) -> Progress:
        return Progress(len(self._verdicts), len(self._names), "demonstrations")

    def snapshot(self) -> dict:
        return {**super().snapshot(), "replayed": sum(verdict.success for verdict in self._verdicts)}

    def _seen_in(self, index: int) -> dict:
        """Say which demonstration it is, too: the path drawn of the one before ends with it."""
        seen = super()._seen_in(index)
        return seen | {"attempt": int(self._playback.current[index])} if self._playback else seen

    def run(self) -> Steps:
        yield self._started()
        yield from self._open()
        return (yield from self._replay())

    @torch.inference_mode()
    def _replay(self) -> Steps:
        env = self.env
        playback = self._prepare()
        at_end = np.zeros(env.num_envs, dtype=bool)
        skipped = [EpisodeSkipped(name, reason) for name, reason in self._skipped.items()]
        yield [self._enter(f"Replaying {len(self._names)} demonstrations by their {self.options.by}"), *skipped]
        while not (self._stopping or env.live.closed):
            last = self._play_step(playback)
            over = playback.advance()
            if last.any() or over:
                success = env.success().to("cpu").numpy()
                at_end = np.where(last, success, at_end)
                for env_id in over:
                    self._judge(int(playback.current[env_id]), env_id, bool(success[env_id]), bool(at_end[env_id]))
            self._verdicts += (told := self._judged.take())
            if over:
                self._refill(playback, over)
            self._next_due = max(self._next_due + env.step_dt, time.monotonic())
            if playback.done:
                dropped = self._drop_failed() if self.options.drop_failed else []
                return [*told, *dropped, *self._end("done")]
            yield [*told]
        return self._end("stopped")

    def _prepare(self) -> Playback:
        env, options = self.env, self.options
        self._reader = self._resources.enter_context(DatasetReader(options.input))
        first = self._load(0)
        check_fits(first, env, options.input)
        lengths = [1] * len(self._names) if options.by == "end" else self._lengths
        rest_steps = round(options.rest / env.step_dt)
        playback = Playback(env, lengths, self._load, options.seed, rest_steps, self._places)
        if self._compares:
            self._deviation = Deviation(env.num_envs, playback.longest, first, options.tolerance, env.device)
        if options.by != "actions":
            self._states = {
                path: torch.zeros(env.num_envs, playback.longest, values.shape[-1], device=env.device)
                for path, values in stacked_states([first], STATES, 0, env.device).items()
            }
        self._refill(playback, range(env.num_envs))
        self._playback = playback
        return playback

    def _play_step(self, playback: Playback) -> np.ndarray:
        """Make one step, and compare what came of it with what was recorded.

        Returns:
            (num_envs,) bool: where the demonstration's last action was made.
        """
        env, playing = self.env, playback.playing
        if self.options.by == "actions":
            env.step(playback.action())
        else:
            self._show_states(playback, playing)
        if self._deviation is not None and playing.any():
            mask = torch.as_tensor(playing, device=env.device)
            self._deviation.compare(env.state(), playback.step_on_device, mask)
        return playing & (playback.step == playback.length - 1)

    def _show_states(self, playback: Playback, playing: np.ndarray) -> None:
        """Write the next recorded states into environments that play; simulate those that rest."""
        env = self.env
        if not playing.all():
            env.step(playback.action())
        else:
            env.live.refresh()
        ids = np.flatnonzero(playing)
        if len(ids):
            rows = torch.as_tensor(playback.step[ids], device=env.device)
            places = torch.as_tensor(ids, device=env.device)
            env.restore({path: buffer[places, rows] for path, buffer in self._states.items()}, places)

    def _load(self, index: int) -> Episode:
        parts = [ACTIONS, INITIAL_STATE, *([STATES] if self._compares else [])]
        episode = self._reader.read(self._names[index], parts)
        if self.options.by != "end":
            return episode
        initial = f"{INITIAL_STATE}/"
        return replace(
            episode,
            data={path: values if path.startswith(initial) else values[-1:] for path, values in episode.data.items()},
        )

    def _refill(self, playback: Playback, env_ids: Iterable[int]) -> None:
        """Give environments their next demonstrations."""
        for env_id, episode in playback.refill(list(env_ids)).items():
            check_fits(episode, self.env, self.options.input)
            if self._deviation is not None:
                self._deviation.begin(env_id, episode)
            if self.options.by != "actions":
                for path, values in episode.group(STATES).items():
                    kept = torch.as_tensor(values, device=self.env.device)
                    self._states[path][env_id, : len(values)] = kept

    def _judge(self, index: int, env_id: int, success: bool, at_last_action: bool) -> None:
        """Judge a demonstration's replay."""
        strayed = self._deviation.result(env_id) if self._deviation is not None else None
        verdict = EpisodeReplayed(self._names[index], env_id, self._lengths[index], success, at_last_action)
        if strayed is not None:
            verdict = replace(
                verdict,
                joints_apart=_finite(strayed.joints),
                objects_apart=_finite(strayed.positions),
                objects_turned=_finite(strayed.turns),
                strayed_at=strayed.began_at,
                worst_at=strayed.worst_at,
                worst=strayed.worst,
            )
        self._judged.put(index, verdict)

    def _failed(self) -> list[str]:
        return [verdict.name for verdict in self._verdicts if not verdict.success]

    def _drop_failed(self) -> list[Event]:
        """Write a file without the demonstrations that failed or were skipped."""
        options, failed = self.options, [*self._failed(), *self._skipped]
        if len(failed) == len(self._reader.episode_names):
            return [Warned(f"No demonstration replays, so {options.drop_failed} is not written.")]
        drop(options.input, failed, options.drop_failed, overwrite=options.overwrite)
        self._written = options.drop_failed
        return []

    def _end(self, outcome: str) -> list[Event]:
        verdicts = self._verdicts
        failed = self._failed()
        exact = [v for v in verdicts if v.joints_apart == v.objects_apart == v.objects_turned == 0.0]
        summary: dict[str, Any] = {
            "input": self.options.input,
            "by": self.options.by,
            "of": len(self._names) + len(self._skipped),
            "replayed": len(verdicts) - len(failed),
            "at_last_action": sum(verdict.at_last_action for verdict in verdicts),
            "exact": len(exact),
            "failed": failed,
            "skipped": list(self._skipped),
            "findings": len(self._skipped) + (len(failed) if self.options.validate else 0),
            "num_envs": self.env.num_envs,
            **{
                key: self.env.info[key] for key in ("task", "physics", "assets", "ik", "device") if key in self.env.info
            },
        }
        if self._written:
            summary["output"] = self._written
        line = f"{summary['replayed']} of {summary['of']} fulfil the task, {len(exact)} repeat to the bit"
        for what, names in (("failed", failed), ("skipped", list(self._skipped))):
            line += f"; {what}: {', '.join(names)}" if names else ""
        return self._finish(outcome, summary, output=self._written, findings=summary["findings"], results=[line])


def _as_it_was_made(
    options: ReplayOptions, task: str, run: Any, attrs: list[dict], env: "BatchedEnv | None"
) -> tuple[ReplayOptions, list[int]]:
    """Fill in options that were left open with what the file was made with: task, engine, assets, environments.

    Returns:
        The options, and the environment of each demonstration; empty if it does not matter.
    """
    made = [{**made_with(run), **made_with(demo.get("mimic"))} for demo in attrs]
    common: dict[str, Any] = {
        key: value for key, value in made[0].items() if all(origin.get(key) == value for origin in made)
    }
    num_envs = env.num_envs if env is not None else options.num_envs
    as_made = int(common.get("num_envs") or 0)
    num_envs = num_envs or as_made or _NUM_ENVS
    places = [int(origin["env"]) for origin in made] if as_made == num_envs and all("env" in m for m in made) else []
    changes: dict[str, Any] = {"num_envs": num_envs, "task": options.task or task or DEFAULT_TASK}
    if options.assets == "auto" and common.get("assets"):
        changes["assets"] = common["assets"]
    if options.ik == "auto" and common.get("ik"):
        changes["ik"] = common["ik"]
    if options.physics == "auto" and common.get("physics"):
        try:
            changes["physics"] = choose_engine(common["physics"])
        except MimicError:
            pass  # Another machine's; this one's own has to do.
    return replace(options, **changes), places


def _finite(value: float) -> float | None:
    """Return None for a value that JSON cannot hold."""
    return value if math.isfinite(value) else None
