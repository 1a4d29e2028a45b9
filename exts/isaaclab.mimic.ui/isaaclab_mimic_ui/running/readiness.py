# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Find packages that a run needs and that are not installed."""

from __future__ import annotations

from dataclasses import dataclass

from isaaclab_mimic_core.requirements import (
    COMMANDS,
    PHYSX,
    POLICIES,
    SIMULATION,
    how_to_install,
    in_words,
    lacking,
)
from isaaclab_mimic_core.sim.engines import automatic_engine

_MORE = {"train": (POLICIES,), "evaluate": (POLICIES,), "play": (POLICIES,), "": (COMMANDS,)}
"""Stage -> what it needs besides simulation; the Dataset panel, which has no stage, runs the command line."""


@dataclass(frozen=True)
class Shortage:
    """What is missing, and the command that installs it."""

    text: str
    command: str
    prevents: bool = True
    """Whether a run cannot start without it; else the text names an alternative."""


def find_shortage(stage: str = "") -> Shortage | None:
    """Look for the packages that a stage needs, without importing any of them; None if all are there."""
    missing = lacking(SIMULATION, *_MORE.get(stage, ()))
    if missing:
        purposes = " and ".join(dict.fromkeys(package.purpose for package in missing))
        return Shortage(
            f"{in_words(missing)} not installed for the Python of this application, needed for {purposes}. "
            "Close the application, run this command in a terminal, and start it again:",
            how_to_install(missing),
        )
    return find_detour() if stage not in ("", "train") else None


def find_detour() -> Shortage | None:
    """Say how a worker process simulates if PhysX without Isaac Sim is missing; None if it is installed."""
    missing = lacking(PHYSX)
    if not missing:
        return None
    if automatic_engine() == "isaacsim":
        return Shortage(
            f"{in_words(missing)} not installed: a process of its own starts a second Isaac Sim, without a window, "
            "which takes longer and memory of the GPU. This command makes it do without:",
            how_to_install(missing),
            prevents=False,
        )
    return Shortage(
        f"{in_words(missing)} not installed, needed for {PHYSX}. "
        "Close the application, run this command in a terminal, and start it again:",
        how_to_install(missing),
    )
