# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Names for end effectors where nobody has named them."""

from collections.abc import Sequence
from typing import Any

from .matching import words
from .terms import read_arms

_SAYS_NOTHING = {"arm", "action", "robot"}


def read_eef_names(env: Any, task: str) -> list[str]:
    """Return a name for the end effector of each arm of an environment, by which `matching` finds the arm.

    Args:
        env: A `ManagerBasedEnv`.
        task: The task's name, for errors.

    Raises:
        TaskError: No action is a pose.
    """
    arms = read_arms(env, task)
    return eef_names([arm.name for arm in arms], [arm.asset for arm in arms])


def eef_names(arms: Sequence[str], assets: Sequence[str]) -> list[str]:
    """Return what distinguishes each arm's name from the others'; for a single arm the articulation's name.

    Args:
        arms: Names of the arms (`Arm.name`).
        assets: The articulation that each is on.
    """
    if len(arms) == 1:
        return [assets[0]]
    common = frozenset.intersection(*map(words, arms))
    own = [words(name) - common for name in arms]
    # Left and right say it best, if they say it.
    for kept in (frozenset({"left", "right"}), frozenset().union(*own) - _SAYS_NOTHING, frozenset().union(*own)):
        found = ["_".join(sorted(each & kept)) for each in own]
        if all(found) and len(set(found)) == len(found):
            return found
    return ["_".join(name.split()) for name in arms]
