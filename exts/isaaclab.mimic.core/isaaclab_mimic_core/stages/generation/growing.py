# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Generate from a set of sources that grows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from ...datagen.settings import Settings
from ...datasets import Episode
from ...outcomes import AttemptOutcome
from .sources import as_sources, boxes_of

if TYPE_CHECKING:
    from ...datagen.generator import Generator
    from ...datagen.sources.bank import SourceBank
    from ...datagen.sources.source_demo import SourceDemo
    from ...envs import BatchedEnv


class GrowingGenerator:
    """Makes a new generator of all sources whenever one is added; a running attempt keeps its generator.

    Args:
        env: Open environments.
        seed: Seed of all random choices.
    """

    def __init__(self, env: "BatchedEnv", seed: int):
        from ...datagen.config import read_config

        self._env = env
        self._config = read_config(env, Settings.of("default"), seed)
        self._sources: list[SourceDemo] = []
        self._latest = 0
        # Generators by number, counted from 1, with their banks; `self._by[i]` is the number of the generator that
        # moves environment i, 0 for none.
        self._generators: dict[int, tuple[Generator, SourceBank]] = {}
        self._by = [0] * env.num_envs

    @property
    def has_sources(self) -> bool:
        return self._latest > 0

    def add(self, episodes: list[Episode], path: str) -> None:
        """Add sources for attempts that begin from now on. `path`: their file, for error messages.

        Raises:
            DatasetError: A source cannot be cut into its subtasks; nothing has changed.
        """
        from ...datagen.generator import Generator
        from ...datagen.sources.bank import make_bank

        here, usual = boxes_of(self._env)
        sources = [*self._sources, *as_sources(episodes, self._config.subtasks, path, usual)]
        bank = make_bank(sources, self._env, self._config.subtasks, here)
        generator = Generator(self._env, self._config, bank)
        self._sources = sources
        self._latest += 1
        self._generators[self._latest] = (generator, bank)

    def begin(self, env_ids: torch.Tensor, attempts: torch.Tensor) -> None:
        """Begin attempts in freshly reset environments. Both (n,) int64."""
        for generator, _ in self._generators.values():
            generator.release(env_ids)
        self._generators[self._latest][0].begin(env_ids, attempts)
        for env_id in env_ids.tolist():
            self._by[env_id] = self._latest
        # Remove an older generator once its last attempt has ended.
        in_use = {self._latest, *self._by}
        self._generators = {number: pair for number, pair in self._generators.items() if number in in_use}

    def action(self, otherwise: torch.Tensor) -> torch.Tensor:
        """Return the next action (num_envs, action_dim), with `otherwise` where no attempt runs."""
        action = otherwise
        for number, (generator, _) in self._generators.items():
            rows = torch.tensor([by == number for by in self._by], device=action.device)
            action = torch.where(rows[:, None], generator.action(), action)
        return action

    def observe(self) -> tuple[list[tuple[AttemptOutcome, "SourceBank"]], Sequence[tuple[torch.Tensor, torch.Tensor]]]:
        """Evaluate the step that was just made.

        Returns:
            The attempts that ended with it, each with its sources; and for retries, environments with the number of
            steps that each keeps.
        """
        ended, rewinds = [], []
        for generator, bank in self._generators.values():
            ended += [(outcome, bank) for outcome in generator.observe()]
            rewinds += generator.take_rewinds()
        return ended, rewinds
