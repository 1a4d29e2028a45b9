# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The joints of grippers, and where they are open and closed, read from binary action terms."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch

from .matching import in_order_of
from .terms import read_arms

_POSITIONS = ("BinaryJointPositionAction", "AbsBinaryJointPositionAction")
"""Isaac Lab's classes of terms that open and close by positions; another one's numbers are velocities."""


@dataclass(frozen=True)
class Fingers:
    """The gripper of an end effector."""

    asset: str
    """Name of the articulation that the end effector is on."""
    body: int
    """Index of the body that the end effector is on."""
    joints: tuple[int, ...]
    """Indices of its joints in `jointed`; () if they are unknown."""
    opened: tuple[float, ...] = ()
    """Positions of the joints of the open gripper [rad, m]."""
    closed: tuple[float, ...] = ()
    """The same of the closed one."""
    jointed: str = ""
    """Name of the articulation that its joints belong to."""
    command: tuple[float, float] = (1.0, -1.0)
    """What to command to open, and to close."""

    def closing(self, positions: torch.Tensor) -> torch.Tensor:
        """Return how far each joint is closed, 0 for open and 1 for closed: (N, all joints) -> (N, own joints)."""
        joints, opened, way = _on(self, positions.device)
        return (positions.index_select(1, joints) - opened) / way


@lru_cache(maxsize=64)
def _on(fingers: Fingers, device: torch.device) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return indices, open positions and the way to closed ones on a device: they are asked for at every step."""
    opened, closed = (torch.tensor(each, device=device) for each in (fingers.opened, fingers.closed))
    return torch.tensor(fingers.joints, device=device), opened, closed - opened


def read_fingers(env: Any, eef_names: Sequence[str], task: str) -> dict[str, Fingers]:
    """Return the grippers of the end effectors; see `read_arms`.

    Args:
        env: A `ManagerBasedEnv`.
        eef_names: The end effectors.
        task: The task's name, for errors.
    """
    arms = in_order_of(eef_names, read_arms(env, task), task)
    found = {eef: Fingers(arm.asset, arm.body, ()) for eef, arm in zip(eef_names, arms, strict=True)}
    start = 0
    for name in env.action_manager.active_terms:
        term = env.action_manager.get_term(name)
        if any(kind.__name__ in _POSITIONS for kind in type(term).__mro__):
            index = next(index for index, arm in enumerate(arms) if start in arm.hand)
            arm = arms[index]
            ids = env.scene[term.cfg.asset_name].find_joints(term.cfg.joint_names)[0]
            opened, closed = (tuple(map(float, each)) for each in (term._open_command, term._close_command))
            # Joints that do not move say nothing.
            moving = [at for at in range(len(ids)) if opened[at] != closed[at]]
            found[eef_names[index]] = Fingers(
                arm.asset,
                arm.body,
                tuple(int(ids[at]) for at in moving),
                tuple(opened[at] for at in moving),
                tuple(closed[at] for at in moving),
                term.cfg.asset_name,
                _command(term.cfg),
            )
        start += term.action_dim
    return found


def _command(cfg: Any) -> tuple[float, float]:
    """Return what opens and what closes: on the two sides of 0, or of the threshold of `AbsBinaryJointPositionAction`.

    Args:
        cfg: Configuration of a binary action.
    """
    if not hasattr(cfg, "threshold"):
        return 1.0, -1.0
    above, below = float(cfg.threshold) + 1.0, float(cfg.threshold) - 1.0
    return (above, below) if cfg.positive_threshold else (below, above)
