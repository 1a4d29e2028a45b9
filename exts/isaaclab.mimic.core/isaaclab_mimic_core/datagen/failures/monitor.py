# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Notice as soon as an attempt has failed, instead of playing it to its end, and say why it did."""

from typing import NamedTuple

import numpy as np
import torch

from ...outcomes import FailureCause
from .check import Ending, FailureCheck, Parts, Step
from .registry import CHECKS
from .signals import SignalCheck


class Verdict(NamedTuple):
    """What all checks together say of a step."""

    lost: torch.Tensor
    """(num_envs,) bool: a subtask has failed."""
    slot: torch.Tensor
    """(num_envs,) int64: which one, where one has."""
    hopeless: torch.Tensor
    """(num_envs,) bool: the attempt has failed, and a retry is pointless."""


class FailureMonitor:
    """Runs the failure checks in all environments.

    Args:
        parts: Parts of the generator.
    """

    def __init__(self, parts: Parts):
        self._parts = parts
        self._checks: list[FailureCheck] = [check for kind in CHECKS if (check := kind.make(parts)) is not None]
        self._failed: list[torch.Tensor] = []
        self.flagged = torch.zeros(parts.env.num_envs, dtype=torch.bool, device=parts.env.device)
        """Whether early stop, which is off, would have ended the attempt: (num_envs,) bool."""

    @property
    def _signals(self) -> SignalCheck:
        return next(check for check in self._checks if isinstance(check, SignalCheck))

    def begin(self, env_ids: torch.Tensor, object_pose: torch.Tensor) -> None:
        """Start new attempts: (K,) environments and their objects (K, num_objects, 4, 4)."""
        self.flagged[env_ids] = False
        for check in self._checks:
            check.begin(env_ids, object_pose)

    def rewind(self, env_ids: torch.Tensor) -> None:
        """Forget what was pending in environments (K,) that were put back."""
        for check in self._checks:
            check.rewind(env_ids)

    def observe(self, step: Step, won: torch.Tensor, slot: torch.Tensor) -> Verdict:
        """Look at a step.

        Args:
            step: What it has brought about.
            won: (num_envs,) bool: attempts that have succeeded.
            slot: (num_envs,) slot of the subtask that began last.
        """
        unwon, flagged = ~won, None
        lost = hopeless = None
        self._failed = []
        for check in reversed(self._checks):
            failed, where = check.observe(step)
            self._failed.insert(0, failed)
            if check.final:
                hopeless = _either(hopeless, failed)
            elif check.early and not self._parts.config.settings.early_stop:
                flagged = _either(flagged, failed)
            else:
                lost = _either(lost, failed)
                slot = slot if where is None else torch.where(failed, where, slot)
        if flagged is not None:
            self.flagged |= flagged & unwon
        assert lost is not None and hopeless is not None
        return Verdict(lost & unwon, slot, hopeless)

    def note_distance(self, ended: np.ndarray, eef_pose: torch.Tensor) -> None:
        """Note which of the end effectors whose segments have ended are far from their targets.

        Args:
            ended: (num_envs, num_eefs) bool.
            eef_pose: (num_envs, num_eefs, 4, 4) [m].
        """
        self._signals.note_distance(ended, eef_pose)

    def explain(self, ids: torch.Tensor, won: torch.Tensor, slot: torch.Tensor) -> list[tuple[bool, FailureCause, str]]:
        """Say how attempts that ended in the last step have ended.

        Args:
            ids: (K,) their environments.
            won: (num_envs,) bool: attempts that have succeeded, as far as the task says.
            slot: (num_envs,) subtask that failed, where one has.

        Returns:
            Of each whether it succeeded, the cause of its failure, and the label of the subtask that failed.
        """
        attempts = self._parts.attempts
        columns = (
            torch.stack([won, *self._failed], dim=1),
            slot,
            attempts.subtask,
            attempts.signal_at_end,
            attempts.signal_ever,
            self._signals.far,
            attempts.held_steps > 0,
            attempts.fulfilled,
        )
        explained = []
        for (succeeds, *failed), place, *standing in zip(*(c[ids].tolist() for c in columns), strict=True):
            ending = Ending(*self._parts.slots.place(place), *standing)
            why = [c for c, f in zip(self._checks, failed, strict=True) if f and (c.overrules_success or not succeeds)]
            cause, subtask = why[0].explain(ending) if why else (FailureCause.NONE, "")
            explained.append((succeeds and not why, cause, subtask))
        return explained


def _either(flags: torch.Tensor | None, more: torch.Tensor) -> torch.Tensor:
    return more if flags is None else flags | more
