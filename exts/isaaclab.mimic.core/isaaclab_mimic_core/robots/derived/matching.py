# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Find which arm an end effector or a hand belongs to, by the words in their names."""

import re
from collections.abc import Sequence

from ...errors import ConfigError
from .arm import Arm

_SIDES = {"l": "left", "r": "right"}


def words(name: str) -> frozenset[str]:
    """Return the words of a name: `robot_left`, `LeftArm` and `L_thumb` have the word `left`."""
    parts = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", name)
    lower = (str(part).lower() for part in parts)
    return frozenset(_SIDES.get(part, part) for part in lower)


def in_order_of(eef_names: Sequence[str], arms: Sequence[Arm], task: str) -> tuple[Arm, ...]:
    """Return the arms in the order of the end effectors.

    A single arm is that of a single end effector. Of several, each has all words of its end effector's name.

    Raises:
        ConfigError: An end effector has no arm, or several; or an arm has no end effector.
    """
    if len(arms) == len(eef_names) == 1:
        return tuple(arms)
    listed = ", ".join(arm.name for arm in arms)
    found = []
    for eef in eef_names:
        fitting = [arm for arm in arms if words(eef) <= words(arm.name)]
        if len(fitting) != 1:
            raise ConfigError(
                f"the end effector {eef!r} can be {'each' if fitting else 'none'} of the arms {listed}",
                where=f"{task}, subtask_configs[{eef!r}]",
                remedy="Name the end effectors in subtasks after the environment's arms, such as left and right.",
            )
        if fitting[0] in found:
            raise ConfigError(
                f"the arm {fitting[0].name} would be that of {eef!r} and of another end effector",
                where=f"{task}, subtask_configs[{eef!r}]",
                remedy="Give subtasks to one end effector for each arm.",
            )
        found += fitting
    if left := [arm.name for arm in arms if arm not in found]:
        raise ConfigError(
            f"no end effector is the arm {', '.join(left)}",
            where=f"{task}, subtask_configs",
            remedy="Give it subtasks: one can be enough.",
        )
    return tuple(found)


def owner(names: Sequence[str], asset: str, before: int, arms: Sequence[Arm]) -> int:
    """Return the index of the arm that something belongs to, such as a gripper's action term or a finger joint.

    Args:
        names: Its names, each with words, such as `left`, that an arm may share; the first one that tells counts.
        asset: Name of its articulation.
        before: Index of the arm whose command precedes it in an action; it is that one's if no name tells.
        arms: The arms.
    """
    own = [index for index, arm in enumerate(arms) if arm.asset == asset] or list(range(len(arms)))
    all_have = frozenset.intersection(*(words(arms[index].name) for index in own))
    for name in names:
        sharing = [index for index in own if words(name) & words(arms[index].name) - all_have]
        sides = words(name) & frozenset(_SIDES.values())
        sided = [index for index in sharing if sides <= words(arms[index].name)] if sides else sharing
        if len(sided) == 1:
            return sided[0]
    return before if before in own else own[0]
