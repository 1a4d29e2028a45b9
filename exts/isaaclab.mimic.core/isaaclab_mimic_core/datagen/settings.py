# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""How to generate, beyond what a task's own configuration says."""

from dataclasses import dataclass
from typing import Any

from ..errors import OptionError


@dataclass(frozen=True)
class Settings:
    """Rules of the generator; `Settings.of` gives each mode's combination."""

    exact_upstream: bool = False
    """Keep upstream's quirks: one source for a whole attempt if end effectors share sources, rotations under 0.05 rad
    not interpolated, the upper bound of first_subtask_start_offset_range ignored, noise on an end effector that is
    done."""
    success: str = "held"
    """`held`: the success term holds for the last `success_hold_steps` steps; `any`: it held at any step."""
    success_hold_steps: int = 10
    max_tail_steps: int = 40
    """Settling time: how long an attempt may stay at its last waypoints until success has held long enough [steps]."""
    per_subtask_selection: bool = True
    """Choose a source for every subtask where the task asks for it; False: one source for a whole attempt."""
    early_stop: bool = True
    """Retry, or end the attempt, as soon as a subtask's signal does not hold after its segment."""
    grace_steps: int = 3
    """How long after a segment's end its signal has to hold [steps]."""
    max_retries: int = 3
    """How often a failed subtask is retried, with another source, from where it began; 0: never."""
    learn_sources: bool = False
    """Among the sources that a subtask's strategy allows, prefer those that succeeded from a similar distance in this
    run. An attempt then depends on the attempts before it, and so on num_envs."""
    correct_grasp: bool = True
    """Shift a segment that carries an object by how differently the object is held than in the source."""
    fit_sizes: bool = True
    """Shift a segment where objects have other sizes than in the source, so that it meets their faces."""
    fade_noise: bool = True
    """Let the action noise fade out before the gripper closes or opens."""
    keep_clear: bool = False
    """A subtask fails if it pushes an object that stands still there in the sources; one end effector only."""

    @staticmethod
    def of(mode: str, **given: Any) -> "Settings":
        """Return a mode's settings.

        Args:
            mode: One of `MODES`.
            given: Settings that are not left to the mode; None leaves one to it.

        Raises:
            OptionError: There is no such mode.
        """
        if mode not in _OF_MODE:
            raise OptionError(f"{mode!r} is not one of {', '.join(MODES)}", where="--mode")
        return Settings(**(_OF_MODE[mode] | {name: value for name, value in given.items() if value is not None}))


_OF_MODE: dict[str, dict[str, Any]] = {
    "default": {},
    "upstream": {
        "exact_upstream": True,
        "success": "any",
        "early_stop": False,
        "max_retries": 0,
        "correct_grasp": False,
        "fit_sizes": False,
        "fade_noise": False,
    },
}
MODES = tuple(_OF_MODE)
