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
from typing import TYPE_CHECKING

import numpy as np
import torch

from ...datasets import DatasetReader, Episode
from ...datasets.layout import ACTIONS, INITIAL_STATE, STATES
from ...events import EpisodeReplayed, Event, Progress
from ...options import ReplayOptions
from ..sim_stage import SimStage
from ..stage import Steps
from .deviation import Deviation
from .playback import Playback, assign, stacked_states
from .recorded import check_fits
from .replay_result import ReplayResult

if TYPE_CHECKING:
    from ...envs import BatchedEnv


class Replay(SimStage):
    """Replays a file's demonstrations, many at once, and judges each.

    Each runs in the environment that it was generated in, if the file says which and as many are open: there physics
    repeats bit by bit. Elsewhere the distance to the world's origin rounds differently.
    """

    name = "replay"
    options: ReplayOptions

    def __init__(self, options: ReplayOptions, env: "BatchedEnv | None" = None):
        self._result = ReplayResult(options, env)
        super().__init__(self._result.options, env)
        self._playback: Playback | None = None
        self._deviation: Deviation | None = None
        self._states: dict[str, torch.Tensor] = {}
        self._next_due = 0.0

    @property
    def due(self) -> float:
        """In real time while somebody watches, else as fast as it goes."""
        return super().due if self.paused or self.options.viz == "none" else self._next_due

    @property
    def progress(self) -> Progress:
        return self._result.progress

    def snapshot(self) -> dict:
        return {**super().snapshot(), "replayed": self._result.replayed}

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
        env, result = self.env, self._result
        playback = self._prepare()
        self._refill(playback, range(env.num_envs))
        phase = f"Replaying {len(result.names)} demonstrations by their {self.options.by}"
        yield [self._enter(phase), *result.skipped()]
        while not (self._stopping or env.live.closed):
            self._advance_all(playback)
            told = result.take()
            if playback.done:
                return [*told, *result.drop_failed(), *self._end("done")]
            yield told
        return self._end("stopped")

    def _advance_all(self, playback: Playback) -> None:
        """Make one step; judge the demonstrations that end with it, and begin the next ones."""
        env = self.env
        last = self._play_step(playback)
        over = playback.advance()
        if last.any() or over:
            success = env.success().to("cpu").numpy()
            self._at_end = np.where(last, success, self._at_end)
            for env_id in over:
                self._judge(int(playback.current[env_id]), env_id, bool(success[env_id]), bool(self._at_end[env_id]))
        if over:
            self._refill(playback, over)
        self._next_due = max(self._next_due + env.step_dt, time.monotonic())

    def _prepare(self) -> Playback:
        env, options = self.env, self.options
        self._reader = self._resources.enter_context(DatasetReader(options.input))
        first = self._load(0)
        check_fits(first, env, options.input)
        lengths = [1] * len(self._result.names) if options.by == "end" else self._result.lengths
        rest_steps = round(options.rest / env.step_dt)
        self._at_end = np.zeros(env.num_envs, dtype=bool)
        playback = Playback(env, lengths, self._load, options.seed, rest_steps, self._assign(lengths, rest_steps))
        if self._result.compares:
            self._deviation = Deviation(env.num_envs, playback.longest, first, options.tolerance, env.device)
        if options.by != "actions":
            self._states = {
                path: torch.zeros(env.num_envs, playback.longest, values.shape[-1], device=env.device)
                for path, values in stacked_states([first], STATES, 0, env.device).items()
            }
        self._playback = playback
        return playback

    def _assign(self, lengths: list[int], rest_steps: int) -> list[list[int]]:
        """Return the demonstrations that each environment replays, in their order."""
        return assign([length + rest_steps for length in lengths], self.env.num_envs, self._result.places)

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
            self._deviation.compare(env.state(), playback.step_on_device, playback.playing_on_device)
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
        parts = [ACTIONS, INITIAL_STATE, *([STATES] if self._result.compares else [])]
        episode = self._reader.read(self._result.names[index], parts)
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
        result = self._result
        verdict = EpisodeReplayed(result.names[index], env_id, result.lengths[index], success, at_last_action)
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
        self._told(index, verdict)

    def _told(self, index: int, verdict: EpisodeReplayed) -> None:
        self._result.add(index, verdict)

    def _end(self, outcome: str) -> list[Event]:
        return self._finish(outcome, **self._result.finish(self.env.info, self.env.num_envs))


def _finite(value: float) -> float | None:
    """Return None for a value that JSON cannot hold."""
    return value if math.isfinite(value) else None
