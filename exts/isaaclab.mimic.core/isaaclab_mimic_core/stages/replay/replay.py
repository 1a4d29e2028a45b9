# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Play demonstrations again, by their actions or by their states, and say whether they are what they claim to be.

By actions: from the initial state, in physics. By states: every recorded state is shown, without physics. By end: only
the last one. After its end each rests for a moment, the arm holding still and the gripper as it was last commanded;
then the task's success term is asked. So actions tell whether what was recorded comes about again, states and end
whether its end is one that lasts.
"""

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from ...datasets import DatasetReader, Episode
from ...datasets.check import usable
from ...datasets.edit import Selection, drop, select_names
from ...datasets.layout import ACTIONS, INITIAL_STATE, STATES
from ...errors import MimicError, OptionError
from ...events import EpisodeReplayed, EpisodeSkipped, Event, Warned
from ...options import ReplayOptions
from ...sim.engines import choose_engine
from ...tasks.shipped import DEFAULT_TASK
from ..files.input_task import check_task
from ..files.output_check import as_written, check_output
from ..sim_stage import SimStage
from .deviation import Deviation
from .playback import Playback, stacked_states
from .recorded import check_fits, usable_recordings

if TYPE_CHECKING:
    from ...envs import BatchedEnv

_BY = ("actions", "states", "end")
_NUM_ENVS = 16


class Replay(SimStage):
    """Plays a file's demonstrations, many at once, and judges each.

    Each is played in the environment it was generated in, if the file says which and as many are open: physics repeats
    to the bit there, while elsewhere the distance to the world's origin rounds differently.
    """

    name = "replay"
    options: ReplayOptions

    def __init__(self, options: ReplayOptions, env: "BatchedEnv | None" = None):
        options = as_written(options, "drop_failed")
        if options.by not in _BY:
            raise OptionError(f"{options.by!r} is not one of {', '.join(_BY)}", where="--by")
        if not (options.tolerance >= 0 and 0 <= options.rest < math.inf):
            raise OptionError("--tolerance and --rest cannot be negative", where="mimic replay")
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
        self._lengths = [shape[ACTIONS][0][0] for shape in shapes]
        options, self._places = _as_it_was_made(options, task, run, attrs, env)
        super().__init__(options, env)
        self._verdicts: dict[int, EpisodeReplayed] = {}
        self._told = 0
        self._written = ""
        self._begun = False
        self._next_due = 0.0

    @property
    def due(self) -> float:
        """In real time while somebody watches, else as fast as it goes."""
        return super().due if self.paused or self.options.viz == "none" else self._next_due

    def snapshot(self) -> dict:
        return {
            **super().snapshot(),
            "saved": len(self._verdicts),
            "wanted": len(self._names),
            "replayed": sum(verdict.success for verdict in self._verdicts.values()),
        }

    def _seen_in(self, index: int) -> dict:
        """Say which demonstration it is, too: the way drawn of the one before ends with it."""
        seen = super()._seen_in(index)
        return seen | {"attempt": int(self._playback.current[index])} if self._begun else seen

    @torch.inference_mode()
    def _begin(self) -> list[Event]:
        env, options = self.env, self.options
        self._reader = self._resources.enter_context(DatasetReader(options.input))
        first = self._load(0)
        check_fits(first, env, options.input)
        self._rest_steps = round(options.rest / env.step_dt)
        lengths = [1] * len(self._names) if options.by == "end" else self._lengths
        self._playback = Playback(env, lengths, self._load, options.seed, self._rest_steps, self._places)
        self._deviation = None
        if self._compares:
            self._deviation = Deviation(env.num_envs, self._playback.longest, first, options.tolerance, env.device)
        self._at_end = np.zeros(env.num_envs, dtype=bool)
        self._refill(range(env.num_envs))
        self._begun = True
        skipped = [EpisodeSkipped(name, reason) for name, reason in self._skipped.items()]
        return [self._enter(f"Replaying {len(self._names)} demonstrations by their {options.by}"), *skipped]

    @torch.inference_mode()
    def _tick(self) -> list[Event]:
        env, playback = self.env, self._playback
        if self._stopping or env.live.closed:
            return self._end("stopped")
        playing = playback.playing
        if self.options.by == "actions":
            env.step(playback.action())
        else:
            self._show_states(playing)
        state = env.state()
        if self._deviation is not None and playing.any():
            mask = torch.as_tensor(playing, device=env.device)
            self._deviation.compare(state, playback.step_on_device, mask)
        last = playing & (playback.step == playback.length - 1)
        over = playback.advance()
        if last.any() or over:
            success = env.success().to("cpu").numpy()
            self._at_end = np.where(last, success, self._at_end)
            for env_id in over:
                self._judge(env_id, bool(success[env_id]))
        events = self._tell_in_order()
        if over:
            self._refill(over)
        now = time.monotonic()
        self._next_due = max(self._next_due + env.step_dt, now)
        if playback.done:
            events += self._drop_failed() if self.options.drop_failed else []
            return events + self._end("done")
        return events

    def _show_states(self, playing: np.ndarray) -> None:
        """Put the next recorded state into the environments that play; those that rest are simulated."""
        env, playback = self.env, self._playback
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

    def _refill(self, env_ids: Any) -> None:
        begun = self._playback.refill(list(env_ids))
        for env_id, episode in begun.items():
            check_fits(episode, self.env, self.options.input)
            if self._deviation is not None:
                self._deviation.begin(env_id, episode)
            if self.options.by != "actions":
                self._keep_states(env_id, episode)

    def _keep_states(self, env_id: int, episode: Episode) -> None:
        if not hasattr(self, "_states"):
            longest, env = self._playback.longest, self.env
            self._states = {
                path: torch.zeros(env.num_envs, longest, values.shape[-1], device=env.device)
                for path, values in stacked_states([episode], STATES, 0, env.device).items()
            }
        for path, values in episode.group(STATES).items():
            self._states[path][env_id, : len(values)] = torch.as_tensor(values, device=self.env.device)

    def _judge(self, env_id: int, success: bool) -> None:
        index = int(self._playback.current[env_id])
        strayed = self._deviation.result(env_id) if self._deviation is not None else None
        self._verdicts[index] = EpisodeReplayed(
            self._names[index],
            env_id,
            self._lengths[index],
            success,
            bool(self._at_end[env_id]),
            joints_apart=_finite(strayed.joints) if strayed else None,
            objects_apart=_finite(strayed.positions) if strayed else None,
            objects_turned=_finite(strayed.turns) if strayed else None,
            strayed_at=strayed.began_at if strayed else None,
            worst_at=strayed.worst_at if strayed else None,
            worst=strayed.worst if strayed else "",
        )

    def _tell_in_order(self) -> list[Event]:
        events: list[Event] = []
        while self._told in self._verdicts:
            events.append(self._verdicts[self._told])
            self._told += 1
        return events

    def _failed(self) -> list[str]:
        return [verdict.name for _, verdict in sorted(self._verdicts.items()) if not verdict.success]

    def _drop_failed(self) -> list[Event]:
        """Write a file without the demonstrations that did not replay, or could not."""
        options, failed = self.options, [*self._failed(), *self._skipped]
        if len(failed) == len(self._reader.episode_names):
            return [Warned(f"No demonstration replays, so {options.drop_failed} is not written.")]
        drop(options.input, failed, options.drop_failed, overwrite=options.overwrite)
        self._written = options.drop_failed
        return []

    def _end(self, outcome: str) -> list[Event]:
        verdicts = self._verdicts.values()
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
            **{key: self.env.info[key] for key in ("task", "physics", "assets", "device")},
        }
        if self._written:
            summary["output"] = self._written
        return self._finish(outcome, summary)


def _as_it_was_made(
    options: ReplayOptions, task: str, run: Any, attrs: list[dict], env: "BatchedEnv | None"
) -> tuple[ReplayOptions, list[int]]:
    """Fill in what was left open: the task, engine, assets and environments that the file was made with.

    Returns:
        The options, and the environment that each demonstration belongs into; none if they fit in no better than
        elsewhere.
    """
    made = [{**_made_with(run), **_made_with(demo.get("mimic"))} for demo in attrs]
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
    if options.physics == "auto" and common.get("physics"):
        try:
            changes["physics"] = choose_engine(common["physics"])
        except MimicError:
            pass  # Another machine's; this one's own has to do.
    return replace(options, **changes), places


def _made_with(history: Any) -> dict:
    """Return what a demonstration's history says of the simulation that its actions and states come from."""
    history = history if isinstance(history, dict) else {}
    by_hand = (history.get("annotated") or {}).get("by") == "hand"
    for kind in ("generated", "recorded") if by_hand else ("generated", "annotated", "recorded"):
        if isinstance(history.get(kind), dict):
            return history[kind]
    return {}


def _finite(value: float) -> float | None:
    """JSON has no infinity: a replay that is not a number any more has no distance."""
    return value if math.isfinite(value) else None
