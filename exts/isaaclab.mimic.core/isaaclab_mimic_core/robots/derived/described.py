# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""An environment whose robot is described by an embodiment of isaac-sim/AutoData."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import torch

from ... import rotations
from ...errors import ConfigError
from ..embodiment import Embodiment, Hand
from .arm import Arm
from .batched import TaskSpaceEnv


class EmbodimentEnv(TaskSpaceEnv):
    """An environment whose robot an embodiment of AutoData describes.

    Args:
        env: The environment.
        success_term: As for `BatchedEnv`.
        info: As for `BatchedEnv`.
        embodiment: The robot.

    Raises:
        ConfigError: Observations or the size of actions are not what the embodiment says.
    """

    def __init__(self, env: Any, success_term: Any, info: dict, embodiment: Embodiment):
        self.embodiment = embodiment
        super().__init__(env, success_term, info)
        self._check()

    def arms(self) -> Sequence[Arm]:
        body = self.embodiment
        return [
            Arm(
                hand.name,
                hand.start,
                partial(self._observed, hand, torch.tensor(hand.offset, device=self.device)),
                relative=body.relative,
                unique_quat=body.unique_quat,
                clamps=body.clamps,
                hand=hand.columns,
            )
            for hand in body.hands
        ]

    def _own_signals(self) -> dict[str, torch.Tensor]:
        return self.observed_signals()

    def _observed(self, hand: Hand, offset: torch.Tensor) -> torch.Tensor:
        observations: Any = self.env.obs_buf[self.embodiment.obs_group]
        pose = rotations.pose_from_quat(observations[hand.position], observations[hand.quat])
        if any(hand.offset):
            pose[:, :3, 3] -= (pose[:, :3, :3] * offset).sum(dim=-1)
        return pose

    def _check(self) -> None:
        body, manager = self.embodiment, self.env.observation_manager
        if body.action_dim != self.action_dim:
            raise ConfigError(
                f"describes actions of {body.action_dim} numbers, but this environment's have {self.action_dim}",
                where=body.path,
                remedy="Leave it out: what its actions mean is read from the environment.",
            )
        terms = manager.active_terms.get(body.obs_group, [])
        for name in (name for hand in body.hands for name in (hand.position, hand.quat)):
            if name not in terms:
                raise ConfigError(
                    f"reads the observation {body.obs_group}/{name}, which this environment does not have",
                    where=body.path,
                    remedy=f"It has {', '.join(terms) or 'none'}; or leave the embodiment out.",
                )
