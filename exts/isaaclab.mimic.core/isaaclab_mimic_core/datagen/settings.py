# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""How to generate, beyond what a task's own configuration says."""

from dataclasses import dataclass, replace

from ..errors import OptionError

MODES = ("default", "upstream")


@dataclass(frozen=True)
class Settings:
    """Switches of the generator; `Settings.of` gives each mode's combination."""

    exact_upstream: bool = False
    """Keep upstream's quirks: one source for a whole attempt where arms share sources, rotations under 0.05 rad not
    interpolated, the upper bound of first_subtask_start_offset_range ignored, noise on an arm that has finished."""
    success: str = "held"
    """`held`: the success term holds for the last `success_hold_steps` steps; `any`: it held at any step."""
    success_hold_steps: int = 10
    max_tail_steps: int = 40
    """How long an attempt may stand still at its last waypoint until success has held long enough [steps]."""
    per_subtask_selection: bool = True
    """Choose a source for every subtask where the task asks for it; False: one source for a whole attempt."""
    early_stop: bool = True
    """End an attempt, or go back, as soon as a subtask's signal does not hold after its segment."""
    grace_steps: int = 3
    """How long after a segment's end its signal has to hold [steps]."""
    max_retries: int = 3
    """How often a failed subtask is tried again, with another source, from where it began; 0: never."""
    learn_sources: bool = False
    """Prefer, among the sources that a subtask's strategy allows, those that succeeded from a like distance in this
    run. What an attempt does then depends on those before it, so on num_envs too."""
    correct_grasp: bool = True
    """Shift a segment that carries an object by how differently the object is held than in the source."""
    fade_noise: bool = True
    """Let the action noise fade out before the gripper closes or opens."""
    keep_clear: bool = False
    """A subtask fails if it pushes an object that stands still there in the sources; one end effector only."""

    @staticmethod
    def of(mode: str) -> "Settings":
        """Return a mode's settings.

        Raises:
            OptionError: There is no such mode.
        """
        if mode == "default":
            return Settings()
        if mode == "upstream":
            return replace(
                Settings(),
                exact_upstream=True,
                success="any",
                early_stop=False,
                max_retries=0,
                correct_grasp=False,
                fade_noise=False,
            )
        raise OptionError(f"{mode!r} is not one of {', '.join(MODES)}", where="--mode")
