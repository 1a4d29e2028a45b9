# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Compute from recorded states what the generator needs, and curves that help to mark."""

import functools
from typing import TYPE_CHECKING

import numpy as np
import torch

from ...datasets import Episode, first_change
from ...datasets.layout import ACTIONS, OBJECT_POSE, TERM_SIGNALS
from ..replay.recorded import RecordedStates

if TYPE_CHECKING:
    from ...envs import BatchedEnv


class Reading:
    """Reads a demonstration's states, one per environment at a time.

    Args:
        episode: A demonstration of T actions with its states.
        env: Open environments; they show the states that are read.
    """

    def __init__(self, episode: Episode, env: "BatchedEnv"):
        self.episode = episode
        self._env = env
        self.states = RecordedStates(episode, env)
        self.num_samples = episode.num_samples
        self.shown = -1
        """Row of the state that all environments show; -1 while they are read."""
        self._actions = torch.as_tensor(episode.data[ACTIONS], dtype=torch.float32, device=env.device)
        self._next = 0
        self._parts: list[dict[str, torch.Tensor]] = []
        self._fulfilled: bool | None = None

    @property
    def done(self) -> bool:
        return self._next > self.num_samples

    def show(self, row: int) -> None:
        """Show a state in all environments, unless they show it already."""
        if self.shown != row:
            self.shown = row
            self.states.show(torch.full((self._env.num_envs,), row, device=self._env.device))

    @property
    def fraction(self) -> float:
        return min(self._next / (self.num_samples + 1), 1.0)

    @torch.inference_mode()
    def advance(self) -> None:
        """Restore the next states and read them: (num_envs) at once."""
        from ...envs.datagen_terms import datagen_terms

        env, last = self._env, self.num_samples
        rows = torch.arange(self._next, self._next + env.num_envs, device=env.device)
        self.states.show(rows.clamp(max=last))
        count = min(env.num_envs, last - self._next)
        if count > 0:
            action = self._actions[rows.clamp(max=last - 1)]
            terms = datagen_terms(env, action)
            # The terms of an environment may be views of what the next restore overwrites.
            self._parts.append({path: values[:count].clone() for path, values in terms.items()})
            command = env.action_to_gripper(action).mean(dim=-1)[:count]
            fingers = {
                f"curves/{name}": values[:count].abs().flatten(1).mean(dim=1)
                for name, values in env.observations().items()
                if name.endswith("gripper_pos")
            }
            commands = {f"curves/gripper {name}": command[:, i].clone() for i, name in enumerate(env.eef_names)}
            self._parts[-1] |= fingers or commands
        self._next += env.num_envs
        if self.done:
            self._fulfilled = bool(env.success()[last - (self._next - env.num_envs)])
            self._all = {
                path: torch.cat([part[path] for part in self._parts]).to("cpu").numpy() for path in self._parts[0]
            }

    @property
    def fulfilled(self) -> bool | None:
        """Whether the success term holds in the last recorded state; None before it is read."""
        return self._fulfilled

    def terms(self) -> dict[str, np.ndarray]:
        """Return the terms below `obs/datagen_info` except signals: path -> (T, ...)."""
        return {
            path: values for path, values in self._all.items() if not path.startswith(("curves/", f"{TERM_SIGNALS}/"))
        }

    def signals(self) -> dict[str, np.ndarray]:
        """Return the task's own termination signals: path -> (T,)."""
        return {path: values for path, values in self._all.items() if path.startswith(f"{TERM_SIGNALS}/")}

    def automatic_marks(self) -> dict[str, int]:
        """Return where the task's own termination signals first change: signal -> sample; not those that never do."""
        start = f"{TERM_SIGNALS}/"
        found = {
            path[len(start) :]: first_change(values) for path, values in self._all.items() if path.startswith(start)
        }
        return {name: step for name, step in found.items() if step is not None}

    @functools.cached_property
    def curves(self) -> dict[str, list[float]]:
        """Curves to show, name -> number per sample: gripper opening (or command) and objects' heights [m]."""
        curves = {path.split("/", 1)[1]: values for path, values in self._all.items() if path.startswith("curves/")}
        start = f"{OBJECT_POSE}/"
        for path, poses in self._all.items():
            if path.startswith(start):
                curves[f"height of {path[len(start) :]}"] = poses[:, 2, 3]
        return {name: [round(float(value), 4) for value in values] for name, values in curves.items()}
