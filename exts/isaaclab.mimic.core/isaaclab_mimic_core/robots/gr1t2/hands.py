# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""How the hands of GR1T2 close: all joints of a hand together."""

from collections.abc import Sequence
from typing import Any

from ..synergy import Synergy

SYNERGY = Synergy(
    opened={"thumb_proximal_yaw": -1.5, "": 0.0},
    closed={"thumb_proximal_yaw": -1.5, "thumb_proximal_pitch": 0.5, "thumb_distal": 0.5, "": -1.1},
    hands={"L_": "left", "R_": "right"},
)
"""Open, the thumb stands opposite the fingers."""


def hand_joints(env: Any) -> Sequence[str]:
    """Return the names of the finger joints in the order in which an action commands them.

    Args:
        env: Isaac Lab's environment; its one action term, whatever its name, moves both arms and both hands.
    """
    (name,) = env.action_manager.active_terms
    return env.action_manager.get_term(name)._hand_joint_names
