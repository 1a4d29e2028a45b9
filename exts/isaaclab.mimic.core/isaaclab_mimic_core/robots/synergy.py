# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Hands with fingers that one number opens and closes: their joints move together, along one synergy.

Most of what hands do when they grasp lies along one such direction (Santello, Flanders and Soechting, 1998).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch


@dataclass(frozen=True)
class Synergy:
    """Positions of a robot's finger joints when its hands are open and when they are closed."""

    opened: Mapping[str, float]
    """Part of a joint's name -> its position in an open hand [rad]; the first that fits counts, and "" fits all."""
    closed: Mapping[str, float]
    """The same of a closed hand."""
    hands: Mapping[str, str]
    """How the names of a hand's joints begin -> the end effector whose hand it is."""

    def table(self, joints: Sequence[str], eefs: Sequence[str], device: torch.device) -> "SynergyTable":
        """Return the synergy as tensors.

        Args:
            joints: The finger joints, in any order.
            eefs: The end effectors.
            device: Device of the tensors.
        """
        ends = [
            [next(value for part, value in pose.items() if part in name) for name in joints]
            for pose in (self.opened, self.closed)
        ]
        of = [next(eefs.index(eef) for begin, eef in self.hands.items() if name.startswith(begin)) for name in joints]
        return SynergyTable(torch.tensor(ends, device=device), torch.tensor(of, device=device))


@dataclass(frozen=True)
class SynergyTable:
    """A synergy of J joints."""

    ends: torch.Tensor
    """(2, J) positions in an open and in a closed hand [rad]."""
    hand: torch.Tensor
    """(J,) int64: which end effector's hand a joint is in."""

    def positions(self, closed: torch.Tensor) -> torch.Tensor:
        """Return joint positions: (..., num_eefs) from 0, open, to 1, closed -> (..., J) [rad]."""
        opened, shut = self.ends
        return opened + (shut - opened) * closed[..., self.hand]


def hand_joints(env: Any) -> Sequence[str]:
    """Return the names of the finger joints in the order in which an action commands them.

    Args:
        env: Isaac Lab's environment; one of its action terms moves both arms and both hands.
    """
    terms = map(env.action_manager.get_term, env.action_manager.active_terms)
    return next(term._hand_joint_names for term in terms if hasattr(term, "_hand_joint_names"))
