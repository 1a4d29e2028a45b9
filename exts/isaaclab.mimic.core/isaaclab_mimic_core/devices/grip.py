# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Hands that somebody only opens and closes."""

from collections.abc import Sequence

import torch

from ..envs import BatchedEnv


class Grip:
    """Closes and opens the hands of a robot, each in the time that its kind takes (`BatchedEnv.closing_time`).

    Args:
        env: The environments.
        period: Time of a step [s].

    Raises:
        TaskError: It is not known how the robot's hands close.
    """

    def __init__(self, env: BatchedEnv, period: float):
        self._env = env
        self._most = period / env.closing_time if env.closing_time else 1.0
        # How far each hand is closed, from 0 to 1.
        self._grip = torch.zeros(len(env.eef_names), device=env.device)
        env.grip(self._grip)

    def reset(self) -> None:
        """Open all hands at once."""
        self._grip = torch.zeros_like(self._grip)

    def step(self, closed: Sequence[bool]) -> torch.Tensor:
        """Close and open the hands by one step.

        Args:
            closed: Which of the hands are to be closed.

        Returns:
            (num_envs, num_eefs, gripper_dim) for `target_to_action`.
        """
        wanted = torch.tensor([float(each) for each in closed], device=self._grip.device)
        self._grip = self._grip + (wanted - self._grip).clamp(-self._most, self._most)
        return self._env.grip(self._grip).expand(self._env.num_envs, -1, -1)
