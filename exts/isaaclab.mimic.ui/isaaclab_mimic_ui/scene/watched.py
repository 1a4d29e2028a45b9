# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a view looks into: a step's run, or the process that shows recorded states."""

from __future__ import annotations

from typing import Protocol

from isaaclab_mimic_core.picture import Picture


class Watched(Protocol):
    """A stage of which a view asks what it shows (see `SimStage`)."""

    snapshot: dict
    """The stage's latest numbers; empty before there are any."""

    @property
    def is_active(self) -> bool:
        """Whether the stage runs."""
        ...

    @property
    def is_driven(self) -> bool:
        """Whether a person drives it."""
        ...

    @property
    def in_window(self) -> bool:
        """Whether it simulates in this program."""
        ...

    @property
    def task(self) -> str:
        """The task that it simulates."""
        ...

    def request(self, name: str, **arguments) -> None:
        """Ask the stage for something; without a run, nothing happens."""
        ...

    def take_picture(self) -> Picture | None:
        """Return the latest picture; None if there is none since the last call."""
        ...
