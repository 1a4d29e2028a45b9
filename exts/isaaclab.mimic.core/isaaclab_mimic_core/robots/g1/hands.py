# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""How G1's three-fingered hands close, all joints of a hand together, and how high its hips are when it stands."""

from ..synergy import Synergy

SYNERGY = Synergy(
    opened={"thumb_0": 0.0, "left_hand_thumb_1": -0.4, "right_hand_thumb_1": 0.4, "": 0.0},
    closed={
        "thumb_0": 0.0,
        "left_hand_thumb": 0.9,
        "right_hand_thumb": -0.9,
        "left_hand": -1.2,
        "right_hand": 1.2,
    },
    hands={"left_": "left", "right_": "right"},
)
"""Open, the thumb points away from the fingers; it closes against both of them."""

HIP_HEIGHT = 0.72
"""What upstream's teleoperation commands [m]."""
